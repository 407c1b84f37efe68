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
