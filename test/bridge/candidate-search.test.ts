import { expect, test } from 'vitest';
import { createCandidateSearch, type CandidateQuery } from '../../src/bridge/matching/candidate-search.ts';
import type { CallContext, SearchOutcome } from '../../src/crm/crm.ts';
import { deadlineIn } from '../../src/crm/deadline.ts';
import { matchKeys } from '../../src/mapping/run/match-keys.ts';
import { aMapping } from '../mapping/a-mapping.ts';
import { fakeCrm } from '../support/fake-crm.ts';

const context: CallContext = { requestId: 'r', urgency: 'bulk', deadline: deadlineIn(60_000) };

const mapping = aMapping(`
match:
  rules:
    - { enginy: linkedinUrl, crm: hs_linkedin_url }
    - { enginy: profile, crm: hs_linkedin_url }
`);

function searchFor(...values: string[]): CandidateQuery {
  return searchByRule(0, values);
}

function searchByRule(rule: 0 | 1, values: readonly string[]): CandidateQuery {
  return {
    objectType: 'contacts',
    version: 'v1',
    keys: values.flatMap((value) => matchKeys(mapping, { [rule === 0 ? 'linkedinUrl' : 'profile']: value })),
    valuesOf: (record) => [record.properties.hs_linkedin_url ?? ''],
    properties: ['hs_linkedin_url'],
  };
}

/** A CRM whose searches wait for the test. */
function gatedCrm() {
  const crm = fakeCrm();
  crm.put('contacts', { id: '1', properties: { hs_linkedin_url: 'ada' } });
  const waiting: ((change: (outcome: SearchOutcome) => SearchOutcome) => void)[] = [];
  const search: typeof crm.search = async (...call) => {
    const outcome = await crm.search(...call);
    return await new Promise((resolve) => {
      waiting.push((change) => resolve(change(outcome)));
    });
  };
  return { crm, search, waiting };
}

const asItIs = (outcome: SearchOutcome) => outcome;

test('searches once for the keys of concurrent requests, equal or not, and answers each request', async () => {
  const { crm, search, waiting } = gatedCrm();
  const candidates = createCandidateSearch({ search }, { bulk: 0 });

  const first = candidates.find(searchFor('ada', 'bob'), context);
  const second = candidates.find(searchFor('ada', 'eve'), context);
  await expect.poll(() => waiting.length).toBe(1);
  for (const land of waiting) land(asItIs);

  expect(Object.fromEntries(await first)).toEqual({ ada: { ids: ['1'] }, bob: { ids: [] } });
  expect(Object.fromEntries(await second)).toEqual({ ada: { ids: ['1'] }, eve: { ids: [] } });
  expect(crm.calls.map(({ count }) => count)).toEqual([3]);
});

test('repeats a search that another request could not finish before its own deadline', async () => {
  const { search, waiting } = gatedCrm();
  const candidates = createCandidateSearch({ search }, { bulk: 0 });

  const first = candidates.find(searchFor('ada'), context);
  const second = candidates.find(searchFor('ada'), context);
  await expect.poll(() => waiting.length).toBe(1);
  waiting[0]?.((outcome) => ({ ...outcome, failed: new Map([['ada', { kind: 'late', message: 'too late' }]]) }));
  await expect.poll(() => waiting.length).toBe(2);
  waiting[1]?.(asItIs);

  expect((await first).get('ada')).toMatchObject({ problem: { kind: 'late' } });
  expect((await second).get('ada')).toEqual({ ids: ['1'] });
});

test('searches again once the shared search has ended', async () => {
  const crm = fakeCrm();
  const candidates = createCandidateSearch(crm, { bulk: 0 });

  await candidates.find(searchFor('ada'), context);
  crm.put('contacts', { id: '2', properties: { hs_linkedin_url: 'ada' } });

  expect((await candidates.find(searchFor('ada'), context)).get('ada')).toEqual({ ids: ['2'] });
});

test('does not share searches between versions of a mapping file, nor between rules that look for the same value', async () => {
  const { search, waiting } = gatedCrm();
  const candidates = createCandidateSearch({ search }, { bulk: 0 });
  const first = searchFor('ada');
  const nextVersion = { ...first, version: 'v2' };
  const nextRule = searchByRule(1, ['ada']);

  const found = [first, nextVersion, nextRule, first].map((request) => candidates.find(request, context));
  await expect.poll(() => waiting.length).toBe(3);
  for (const land of waiting) land(asItIs);

  expect((await Promise.all(found)).map((outcome) => outcome.get('ada'))).toEqual(Array(4).fill({ ids: ['1'] }));
  expect(waiting).toHaveLength(3);
});

test('a fault in a search fails only the request that it belongs to', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '1', properties: { hs_linkedin_url: 'ada' } });
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  const candidates = createCandidateSearch(crm, { bulk: 0 });
  const faulty: CandidateQuery = {
    ...searchFor('ada', 'bob'),
    valuesOf: () => {
      throw new RangeError('Maximum call stack size exceeded');
    },
  };

  const first = candidates.find(faulty, context);
  const second = candidates.find(searchFor('ada'), context);

  await expect(first).rejects.toThrow(RangeError);
  expect((await second).get('ada')).toEqual({ ids: ['1'] });
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});
