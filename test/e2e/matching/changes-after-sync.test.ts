import { expect, test } from 'vitest';
import { replay, startCapturing } from '../../capture/capturing.ts';
import { startBridgeOn, startCrm } from '../../support/start-bridge.ts';

type Kind = 'contacts' | 'companies';
type Crm = Awaited<ReturnType<typeof startCrm>>;

const profile = (n: number) => ({ firstName: 'Ada', linkedinUrl: `https://www.linkedin.com/in/ada-${n}` });
const sizes = Array.from({ length: 12 }, (_unused, n) => n);

/** What Enginy sends of record `n`, and how another tool holds the same value. */
const identified: readonly [Kind, string, (n: number) => object, (n: number) => Record<string, string>][] = [
  [
    'contacts',
    'a LinkedIn URL',
    profile,
    (n) => ({ firstname: 'Ada', hs_linkedin_url: `http://es.linkedin.com/in/Ada-${n}/?trk=x` }),
  ],
  [
    'companies',
    'a LinkedIn page',
    (n) => ({ name: `Acme ${n}`, linkedinUrl: `linkedin.com/company/acme-${n}` }),
    (n) => ({ name: `Acme ${n}`, linkedin_company_page: `https://www.linkedin.com/company/acme-${n}/about` }),
  ],
  [
    'companies',
    'a domain',
    (n) => ({ name: `Acme ${n}`, domain: `https://www.acme-${n}.example` }),
    (n) => ({ name: `ACME ${n}`, domain: `acme-${n}.example` }),
  ],
];

const searchesOf = (crm: Crm) => crm.log.filter(({ path }) => path.endsWith('/search')).length;
const idsIn = ({ body }: { body: { results: { crmId: string }[] } }) => body.results.map(({ crmId }) => crmId);
const withIds = (records: readonly object[]) => records.map((record, n) => ({ externalId: `lead-${n}`, ...record }));

test.each(identified)(
  '%s that another tool creates with %s after the sync are linked',
  async (kind, _by, sent, held) => {
    const crm = await startCrm();
    const { send } = await startBridgeOn(crm);
    const records = withIds(sizes.map(sent));
    const synced = await send('POST', `/${kind}/sync`, { [kind]: records });
    expect([synced.status, synced.body.results]).toEqual([200, []]);
    const others = crm.seed({ [kind]: [0, 3, 7, 11].map((n) => ({ properties: held(n) })) })[kind];
    const before = searchesOf(crm);

    const created = idsIn(await send('POST', `/${kind}`, { [kind]: records }));

    expect([0, 3, 7, 11].map((n) => created[n])).toEqual(others);
    expect(crm.records(kind)).toHaveLength(12);
    expect(searchesOf(crm) - before).toBe(1);
  },
);

test('a create that is too large to search for links what another tool created after the sync', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm, { MATCH_EXTRA_SEARCHES: '1' });
  const records = withIds(Array.from({ length: 40 }, (_unused, n) => profile(n)));
  await send('POST', '/contacts/sync', { contacts: records });
  const places = [0, 3, 20, 39];
  const urls = places.map((n) => ({ properties: { hs_linkedin_url: `http://es.linkedin.com/in/Ada-${n}/?trk=x` } }));
  const { contacts: others } = crm.seed({ contacts: urls });
  const before = searchesOf(crm);

  const created = idsIn(await send('POST', '/contacts', { contacts: records }));

  expect(places.map((n) => created[n])).toEqual(others);
  expect(crm.records('contacts')).toHaveLength(40);
  expect(searchesOf(crm) - before).toBe(1);
});

test('where other tools modified more records than a search costs, the values are searched for again', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const records = withIds(sizes.map(profile));
  await send('POST', '/contacts/sync', { contacts: records });
  const others = Array.from({ length: 450 }, (_unused, n) => ({ properties: { firstname: `Other ${n}` } }));
  const { contacts: ids } = crm.seed({
    contacts: [...others, { properties: { hs_linkedin_url: 'https://linkedin.com/in/ada-5' } }],
  });

  const created = idsIn(await send('POST', '/contacts', { contacts: records }));

  expect(created[5]).toBe(ids.at(-1));
  expect(crm.records('contacts')).toHaveLength(451 + 11);
});

test('nothing is created if the changes since the sync cannot be read', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const records = withIds(sizes.map((n) => ({ name: `Acme ${n}`, domain: `acme-${n}.example` })));
  await send('POST', '/companies/sync', { companies: records });
  crm.faults.add({ match: { path: '/search' }, times: 0, action: { kind: 'status', status: 400 } });

  const { status, body } = await send('POST', '/companies', { companies: records });

  expect({ status, error: body.error }).toEqual({ status: 502, error: 'CRM refused the request' });
  expect(crm.records('companies')).toEqual([]);
});

test('a create after a sync replays with the same calls and the same answer', async () => {
  const { crm, send, stop } = await startCapturing();
  const records = withIds(sizes.map(profile));
  await send('POST', '/contacts/sync', { contacts: records });
  crm.seed({ contacts: [2, 9].map((n) => ({ properties: { hs_linkedin_url: `https://linkedin.com/in/ada-${n}` } })) });
  await send('POST', '/contacts', { contacts: records });

  const capture = (await stop()).at(-1)?.capture;
  if (capture === undefined) throw new Error('nothing was captured');
  const { differences, assumptions, answer } = await replay(capture);

  expect({ differences, assumptions }).toEqual({ differences: [], assumptions: [] });
  expect(answer.status).toBe(201);
});
