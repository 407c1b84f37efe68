import { expect, test } from 'vitest';
import { shippedFolder } from '../support/mapping-folder.ts';
import { startSeededCrm } from '../support/seeded-crm.ts';
import { startBridgeOn } from '../support/start-bridge.ts';

/** A contact with two companies, the first of them primary, and a bridge that associates in a style. */
async function withStyle(style: string, version = '2026-09') {
  const { crm, ada, grace, engines, mark } = await startSeededCrm();
  const call = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' };
    const response = await fetch(`${crm.url}${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  };
  const [third = ''] = crm.seed({
    companies: [{ properties: { name: 'Third', domain: 'third.example' } }],
    links: [{ from: 'contacts', fromId: ada, to: 'companies', toId: engines }],
  }).companies;
  for (const label of ['Decision maker', 'Champion']) {
    await call('POST', '/crm/v4/associations/contacts/companies/labels', {
      label,
      name: label.toLowerCase().replace(' ', '_'),
    });
  }
  /** Companies of a contact with their labels, HubSpot's default being ''. */
  const companiesOf = async (contact: string): Promise<Record<string, string[]>> => {
    const { results = [] } = await call('GET', `/crm/v4/objects/contacts/${contact}/associations/companies`);
    type Link = { toObjectId: number; associationTypes: { label: string | null }[] };
    return Object.fromEntries(
      results.map(({ toObjectId, associationTypes }: Link) => [
        String(toObjectId),
        associationTypes.map(({ label }) => label ?? '').toSorted(),
      ]),
    );
  };
  const MAPPINGS_DIR = shippedFolder({
    'contacts.yaml': (text) =>
      text.replace(/^association:(?:.|\n)*?\n\n/m, style === '' ? '' : `association: ${style}\n\n`),
  });
  const bridge = await startBridgeOn(crm, { MAPPINGS_DIR, HUBSPOT_API_VERSION: version });
  const link = (...pairs: [contact: string, company: string][]) =>
    bridge.send('POST', '/associations', {
      associations: pairs.map(([contactCRMId, companyCRMId]) => ({ contactCRMId, companyCRMId })),
    });
  const counted = async (work: Promise<unknown>) => {
    const before = crm.log.length;
    await work;
    return crm.log.slice(before).map(({ path }) => /(labels|batch\/.*)$/.exec(path)?.[1]);
  };
  return { crm, call, link, counted, companiesOf, log: bridge.log, ada, grace, engines, mark, third };
}

test.each([
  ['', { engines: ['', 'Primary'], mark: [''] }],
  ['{ as: additional }', { engines: ['', 'Primary'], mark: [''] }],
  ['{ as: primary }', { engines: [''], mark: ['', 'Primary'] }],
  ['{ as: only_primary }', { mark: ['', 'Primary'] }],
  ['{ labels: [decision MAKER] }', { engines: ['', 'Primary'], mark: ['', 'Decision maker'] }],
  [
    '{ as: primary, labels: [Decision maker, Champion] }',
    { engines: [''], mark: ['', 'Champion', 'Decision maker', 'Primary'] },
  ],
])('a second company with association: %s', async (style, expected) => {
  const { link, companiesOf, ada, engines, mark } = await withStyle(style);

  const { status, body } = await link([ada, mark]);

  expect([status, body]).toEqual([200, { success: true, created: 1 }]);
  const names: Record<string, string> = { [engines]: 'engines', [mark]: 'mark' };
  const held = Object.entries(await companiesOf(ada)).map(([id, labels]) => [names[id], labels]);
  expect(Object.fromEntries(held)).toEqual(expected);
});

test.each(['v3', '2026-03', '2026-09'])(
  'labels are set, others are kept, and a resend writes nothing (%s)',
  async (version) => {
    const { link, counted, companiesOf, ada, engines } = await withStyle('{ labels: [Champion] }', version);

    const first = await counted(link([ada, engines]));
    const again = await counted(link([ada, engines]));

    expect(await companiesOf(ada)).toEqual({ [engines]: ['', 'Champion', 'Primary'] });
    expect(first).toEqual(['labels', 'batch/read', 'batch/create']);
    expect(again).toEqual(['batch/read']);
  },
);

test('the last company of a request becomes primary, and those that it names are not removed', async () => {
  const { link, companiesOf, ada, grace, engines, mark, third, log } = await withStyle('{ as: only_primary }');

  const { body } = await link([ada, mark], [grace, engines], [ada, third], ['424242', mark], [ada, 'none']);

  expect(body).toMatchObject({ created: 3, errors: [{ contactCRMId: '424242' }, { companyCRMId: 'none' }] });
  expect(await companiesOf(ada)).toEqual({ [mark]: [''], [third]: ['', 'Primary'] });
  expect(await companiesOf(grace)).toEqual({ [engines]: ['', 'Primary'] });
  expect(log.entries).toContainEqual(expect.objectContaining({ removed: [{ fromId: ada, toId: engines }] }));
});

test('a company under a merged id is not removed as another one', async () => {
  const { call, link, companiesOf, ada, mark, third } = await withStyle('{ as: only_primary }');
  await call('POST', '/crm/v3/objects/companies/merge', { primaryObjectId: mark, objectIdToMerge: third });

  await link([ada, third]);

  const held = await companiesOf(ada);
  expect(Object.values(held).filter((labels) => labels.includes('Primary'))).toHaveLength(1);
  expect(Object.keys(held)).toHaveLength(1);
});

test('a pair under a merged id is also reported as linked in the default style', async () => {
  const { call, link, companiesOf, ada, grace, mark, third, engines } = await withStyle('');
  await call('POST', '/crm/v3/objects/companies/merge', { primaryObjectId: mark, objectIdToMerge: third });

  const { body } = await link([grace, engines], [ada, third], ['424242', engines]);

  expect(body).toMatchObject({ success: true, created: 2, errors: [{ contactCRMId: '424242' }] });
  expect(Object.keys(await companiesOf(ada))).toHaveLength(2);
});

test('nothing is removed where the links cannot be read, and the result of the pair reports it', async () => {
  const { crm, link, companiesOf, ada, engines, mark } = await withStyle('{ as: only_primary }');
  crm.faults.add({ match: { path: '/batch/read' }, times: 0, action: { kind: 'status', status: 400 } });

  const { status, body } = await link([ada, mark]);

  expect([status, body.created ?? 0]).not.toEqual([200, 1]);
  crm.faults.clear();
  expect(Object.keys(await companiesOf(ada))).toContain(engines);
});

test('only an unknown label is dropped, with a warning', async () => {
  const { link, companiesOf, ada, mark } = await withStyle('{ labels: [Decison maker, Champion] }');

  const { body } = await link([ada, mark]);

  expect(body).toEqual({
    success: true,
    created: 1,
    warnings: ['the CRM has no association label "Decison maker": linked without it'],
  });
  expect((await companiesOf(ada))[mark]).toEqual(['', 'Champion']);
});

test('3,000 pairs with labels make as many calls as their batch sizes allow', async () => {
  const { crm, link, counted, engines } = await withStyle('{ as: primary }');
  const { contacts } = crm.seed({
    contacts: Array.from({ length: 3_000 }, (_unused, n) => ({ properties: { email: `p${n}@example.com` } })),
  });

  const calls = await counted(link(...contacts.map((id): [string, string] => [id, engines])));

  expect(calls.toSorted()).toEqual(['batch/create', 'batch/create', 'batch/read', 'batch/read', 'batch/read']);
});
