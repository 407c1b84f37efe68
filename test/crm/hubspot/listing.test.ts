/** Pages of lists and sweeps that must not pass for complete: what a page hides would be taken for absent. */
import { expect, onTestFinished, test } from 'vitest';
import type { SandboxOptions } from '../../../sandbox/sandbox.ts';
import type { ModifiedPage, RecordPage } from '../../../src/crm/crm.ts';
import { CrmUnavailableError } from '../../../src/errors.ts';
import { openHubSpot } from '../../support/open-hubspot.ts';
import { bulkContext } from '../crm-conformance.ts';

async function open(options: SandboxOptions = {}) {
  const { crm, sandbox } = await openHubSpot(options);
  onTestFinished(() => sandbox.close());
  return { crm, sandbox };
}

const record = (id: string, more: object = {}) => ({ id, properties: {}, updatedAt: '2026-05-01T00:00:00Z', ...more });
const next = (after: string) => ({ paging: { next: { after } } });
const since = new Date('2026-05-01T00:00:00Z');

test.each([
  ['its ids do not rise', { total: 2, results: [record('12'), record('11')] }],
  ['an id repeats', { total: 2, results: [record('12'), record('12')] }],
  ['an id is not after the one to continue after', { total: 1, results: [record('10')] }],
  ['an id is no number', { total: 1, results: [record('x')] }],
  ['it is empty and leads nowhere', { total: 9, results: [], ...next('0') }],
  ['it is empty and leads beyond what HubSpot returns', { total: 9, results: [], ...next('10000') }],
  ['a record does not say when it was modified', { total: 1, results: [record('12', { updatedAt: undefined })] }],
  ['a date is none', { total: 1, results: [record('12', { updatedAt: 'yesterday' })] }],
  ['the results are missing', { total: 0 }],
])('rejects a page of what was modified if %s', async (_what, body) => {
  const { crm, sandbox } = await open();
  sandbox.faults.add({ match: { kind: 'search' }, action: { kind: 'status', status: 200, body } });

  const read = crm.modifiedSince({ objectType: 'contacts', since, afterId: '10', properties: [] }, bulkContext());

  await expect(read).rejects.toThrow(CrmUnavailableError);
});

test.each([
  ['leads back to itself', { results: [record('12')], ...next('10') }],
  ['does not say when a record was modified', { results: [{ id: '12', properties: {} }] }],
  ['has no results', { paging: {} }],
])('rejects a page of a list that %s', async (_what, body) => {
  const { crm, sandbox } = await open();
  sandbox.faults.add({ match: { kind: 'list' }, action: { kind: 'status', status: 200, body } });

  const read = crm.list({ objectType: 'contacts', after: '10', properties: [] }, bulkContext());

  await expect(read).rejects.toThrow(CrmUnavailableError);
});

test('treats the last page as the last although the total counts records that were archived meanwhile', async () => {
  let now = Date.parse('2026-05-01T12:00:00Z');
  const { crm, sandbox } = await open({ now: () => now, indexLagMs: 60_000 });
  const { contacts } = sandbox.seed({
    contacts: Array.from({ length: 201 }, () => ({ properties: { firstname: 'n' } })),
  });
  for (const id of contacts.slice(150)) sandbox.archive('contacts', id);
  now += 1_500;

  const page = await crm.modifiedSince({ objectType: 'contacts', since, properties: [] }, bulkContext());
  const last = await crm.modifiedSince(
    { objectType: 'contacts', since, afterId: page.next, properties: [] },
    bulkContext(),
  );

  expect(page.records.map(({ id }) => id)).toEqual(contacts.slice(0, 150));
  expect(page.next).toBe(contacts[149]);
  expect(last).toMatchObject({ records: [], next: undefined });
  expect(page.servedAt).toEqual(new Date('2026-05-01T12:00:01Z'));
});

test('continues after a page that is empty because its records were archived meanwhile', async () => {
  const { crm, sandbox } = await open({ indexLagMs: 60_000 });
  const { contacts } = sandbox.seed({
    contacts: Array.from({ length: 450 }, () => ({ properties: { firstname: 'n' } })),
  });
  for (const id of contacts.slice(0, 410)) sandbox.archive('contacts', id);

  const page = await crm.modifiedSince({ objectType: 'contacts', since, properties: [] }, bulkContext());

  expect(page.records.map(({ id }) => id)).toEqual(contacts.slice(410));
  expect(page.next).toBeUndefined();
});

test.each(['list', 'search'] as const)(
  'reads a smaller page after a %s that was too large, and loses no record',
  async (kind) => {
    const { crm, sandbox } = await open({ indexLagMs: 0 });
    const { contacts } = sandbox.seed({
      contacts: Array.from({ length: 110 }, () => ({ properties: { firstname: 'n' } })),
    });
    const tooLarge = { results: [], pad: 'x'.repeat(11 * 1024 ** 2) };
    sandbox.faults.add({ match: { kind }, action: { kind: 'status', status: 200, body: tooLarge } });

    const read: string[] = [];
    for (let after: string | undefined = '0'; after !== undefined; ) {
      const page: ModifiedPage | RecordPage =
        kind === 'list'
          ? await crm.list({ objectType: 'contacts', after, properties: [] }, bulkContext())
          : await crm.modifiedSince({ objectType: 'contacts', since, afterId: after, properties: [] }, bulkContext());
      read.push(...page.records.map(({ id }) => id));
      after = page.next;
    }

    expect(read).toEqual(contacts);
  },
);
