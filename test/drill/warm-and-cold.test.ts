import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apiVersion } from '../support/api-version.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

const emails = ['ada@x.example', 'bob@x.example'];
const urls = ['linkedin.com/in/ada', 'https://es.linkedin.com/in/Ada/?trk=x', 'https://www.linkedin.com/in/bob/'];
const phones = ['+34912345678', '+34912345679'];
const pick = (values: readonly string[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });

const person = fc.record({
  externalId: fc.constantFrom('a', 'b', 'c'),
  email: pick(emails),
  linkedinUrl: pick(urls),
  phone: pick(phones),
  lastName: pick(['Byron', 'Martin']),
});
const held = fc.record({ hs_linkedin_url: pick(urls), linkedinbio: pick(urls), phone: pick(phones) });
const step = fc.oneof(
  fc.record({
    kind: fc.constantFrom('create' as const, 'sync' as const),
    people: fc.array(person, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('update' as const), person, at: fc.nat() }),
  fc.record({ kind: fc.constant('crm edit' as const), held, at: fc.nat() }),
  fc.record({ kind: fc.constant('crm create' as const), held }),
  fc.record({ kind: fc.constant('crm archive' as const), at: fc.nat() }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;
type Crm = Awaited<ReturnType<typeof startCrm>>;
type Bridge = Awaited<ReturnType<typeof startBridgeOn>>;

const given = (values: object) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
const distinct = <One extends { readonly externalId: string }>(people: readonly One[]) => [
  ...new Map(people.map((one) => [one.externalId, given(one)])).values(),
];

async function play(crm: Crm, bridge: Bridge, one: Step): Promise<void> {
  const records = crm.records('contacts');
  const id = 'at' in one ? records[one.at % Math.max(1, records.length)]?.id : undefined;
  if (one.kind === 'create') await bridge.send('POST', '/contacts', { contacts: distinct(one.people) });
  else if (one.kind === 'sync') await bridge.send('POST', '/contacts/sync', { contacts: distinct(one.people) });
  else if (one.kind === 'crm create') crm.seed({ contacts: [{ properties: given(one.held) }] });
  else if (id === undefined) return;
  else if (one.kind === 'crm archive') crm.archive('contacts', id);
  else if (one.kind === 'update') {
    await bridge.send('PUT', '/contacts', { contacts: [{ ...given(one.person), crmId: id }] });
  } else if ('held' in one)
    await editInCrm(crm, id, { hs_linkedin_url: '', linkedinbio: '', phone: '', ...given(one.held) });
}

async function editInCrm(crm: Crm, id: string, properties: object): Promise<void> {
  const path = apiVersion === 'v3' ? '/crm/v3/objects/contacts' : `/crm/objects/${apiVersion}/contacts`;
  const answer = await fetch(`${crm.url}${path}/${id}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ properties }),
  });
  expect(answer.status, await answer.text()).toBe(200);
}

test.each([0, 30_000])(
  'a bridge with memory answers a sync like one that has just started, after an index lag of %i ms',
  async (indexLagMs) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 2, maxLength: 7 }),
        fc.array(person, { minLength: 2, maxLength: 4 }),
        async (steps, asked) => {
          const crm = await startCrm({ indexLagMs });
          const warm = await startBridgeOn(crm);
          for (const one of steps) await play(crm, warm, one);
          crm.advance(indexLagMs);
          const contacts = distinct(asked);
          const cold = await startBridgeOn(crm);

          const remembered = await warm.send('POST', '/contacts/sync', { contacts });
          const fresh = await cold.send('POST', '/contacts/sync', { contacts });

          expect(remembered.status).toBe(200);
          expect(remembered.body).toEqual(fresh.body);
        },
      ),
      { seed: 13, numRuns: 12, endOnFailure: true },
    );
  },
);

/** People of a large sync: the first ones may be edited in the CRM, the others are in it once each. */
const crowd = Array.from({ length: 50 }, (_, at) => ({
  externalId: `crowd-${at}`,
  linkedinUrl: `https://www.linkedin.com/in/crowd-${at}`,
  ...(at % 3 === 0 && { phone: `+349111111${String(at).padStart(2, '0')}` }),
}));
const heldBy = (at: number) => ({ hs_linkedin_url: `linkedin.com/in/crowd-${at}` });

const large = fc.oneof(
  fc.constant({ kind: 'sync all' as const }),
  fc.record({ kind: fc.constant('sync one' as const), at: fc.nat({ max: 4 }) }),
  fc.record({ kind: fc.constant('copy' as const), at: fc.nat({ max: 4 }) }),
  fc.record({ kind: fc.constant('move' as const), at: fc.nat({ max: 4 }), to: fc.nat({ max: 4 }) }),
  fc.record({ kind: fc.constant('archive' as const), at: fc.nat({ max: 4 }) }),
  fc.constant({ kind: 'restart' as const }),
);

test('large and small syncs answer like those of a bridge that has just started, after any change in HubSpot', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(large, { minLength: 3, maxLength: 8 }), async (steps) => {
      const crm = await startCrm();
      crm.seed({ contacts: crowd.slice(0, 40).map((_, at) => ({ properties: heldBy(at) })) });
      let warm = await startBridgeOn(crm);
      const sync = (bridge: Bridge, contacts: readonly object[]) => bridge.send('POST', '/contacts/sync', { contacts });
      const idAt = (at: number) => crm.records('contacts')[at]?.id;
      await sync(warm, crowd);
      for (const one of steps) {
        const id = 'at' in one ? idAt(one.at) : undefined;
        if (one.kind === 'restart') warm = await startBridgeOn(crm);
        else if (one.kind === 'sync all') await sync(warm, crowd);
        else if (one.kind === 'copy') crm.seed({ contacts: [{ properties: heldBy(one.at) }] });
        else if (id === undefined) continue;
        else if (one.kind === 'sync one') await sync(warm, crowd.slice(one.at, one.at + 1));
        else if (one.kind === 'archive') crm.archive('contacts', id);
        else if (one.kind === 'move') await editInCrm(crm, id, heldBy(one.to));
      }
      const cold = await startBridgeOn(crm);

      for (const contacts of [crowd, ...crowd.slice(0, 2).map((one) => [one])]) {
        const [remembered, fresh] = [await sync(warm, contacts), await sync(cold, contacts)];
        expect(remembered.status).toBe(200);
        expect(remembered.body).toEqual(fresh.body);
      }
    }),
    { seed: 5, numRuns: 5, endOnFailure: true },
  );
});

const companyNames = ['Cafe', 'Café', 'CAFÉ S.L.', 'ge', 'Gé', 'Gé GmbH', 'Strasse', 'Straße'];
const company = fc.record({ externalId: fc.constantFrom('a', 'b', 'c'), name: fc.constantFrom(...companyNames) });
const named = fc.oneof(
  fc.record({
    kind: fc.constantFrom('create' as const, 'sync' as const),
    companies: fc.array(company, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('crm create' as const), name: fc.constantFrom(...companyNames) }),
);

test('companies are found by name as by a bridge that has just started, regardless of earlier spellings', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(named, { minLength: 2, maxLength: 6 }),
      fc.array(company, { minLength: 1, maxLength: 3 }),
      async (steps, asked) => {
        const crm = await startCrm();
        const warm = await startBridgeOn(crm);
        for (const one of steps) {
          if (one.kind === 'crm create') crm.seed({ companies: [{ properties: { name: one.name } }] });
          else {
            const path = one.kind === 'sync' ? '/companies/sync' : '/companies';
            await warm.send('POST', path, { companies: distinct(one.companies) });
          }
        }
        const companies = distinct(asked);
        const cold = await startBridgeOn(crm);

        const remembered = await warm.send('POST', '/companies/sync', { companies });
        const fresh = await cold.send('POST', '/companies/sync', { companies });

        expect(remembered.status).toBe(200);
        expect(remembered.body).toEqual(fresh.body);
      },
    ),
    { seed: 3, numRuns: 15, endOnFailure: true },
  );
});
