import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startBridgeOn, startCrm } from '../../support/start-bridge.ts';
import { named, idsIn } from './named-record.ts';

const acmePage = { linkedinUrl: 'https://www.linkedin.com/company/acme' };

const adaPage = { linkedinUrl: 'linkedin.com/in/ada' };

test.each([
  ['companies', 'the domain', { domain: 'acme.example', ...acmePage }, acmePage, { domain: 'acme.example' }],
  ['contacts', "Enginy's id", adaPage, { linkedinUrl: 'es.linkedin.com/in/Ada/' }, { enginy_external_id: 'a' }],
  ['contacts', "Enginy's id", { email: 'ada@x.example' }, { email: 'ADA@x.example' }, { enginy_external_id: 'a' }],
] as const)(
  '%s that share an identifying value are one record where %s of one of them leads to a record',
  async (kind, _by, one, other, held) => {
    for (const isReversed of [false, true]) {
      const crm = await startCrm();
      const { send } = await startBridgeOn(crm);
      // Creates the property for Enginy's ids.
      await send('POST', `/${kind}`, { [kind]: [named(kind, 'z', {})] });
      const [id] = crm.seed({ [kind]: [{ properties: held }] })[kind];
      const both = [named(kind, 'a', one), named(kind, 'b', other)];

      const ids = idsIn(await send('POST', `/${kind}`, { [kind]: isReversed ? both.reverse() : both }));

      expect(ids).toEqual([id, id]);
      expect(crm.records(kind)).toHaveLength(2);
    }
  },
);

test('a create joins another one whose record holds another LinkedIn page, which stays', async () => {
  const crm = await startCrm();
  const { companies } = crm.seed({
    companies: [{ properties: { domain: 'acme.example', linkedin_company_page: 'linkedin.com/company/old' } }],
  });
  const { send } = await startBridgeOn(crm);

  const { body } = await send('POST', '/companies', {
    companies: [named('companies', 'a', { domain: 'acme.example', ...acmePage }), named('companies', 'b', acmePage)],
  });

  expect(body.results.map(({ crmId }: { crmId: string }) => crmId)).toEqual([companies[0], companies[0]]);
  expect(body.results[1].warnings).toContainEqual(expect.stringContaining('linkedin_company_page'));
  expect(crm.records('companies').map(({ properties }) => properties.linkedin_company_page)).toEqual([
    'linkedin.com/company/old',
  ]);
});

test.each([
  ['contacts', 'linkedin.com/company/acme', { hs_linkedin_url: 'https://www.linkedin.com/company/acme' }],
  ['contacts', 'https://www.linkedin.com/school/mit/', { hs_linkedin_url: 'https://www.linkedin.com/school/mit' }],
  ['contacts', 'linkedin.com/in/undefined', { hs_linkedin_url: 'linkedin.com/in/undefined' }],
  ['contacts', 'https://www.linkedin.com/in/me/', { hs_linkedin_url: 'https://www.linkedin.com/in/me/' }],
  ['companies', 'linkedin.com/in/ada', { linkedin_company_page: 'https://www.linkedin.com/in/ada' }],
  ['companies', 'linkedin.com/company/null', { linkedin_company_page: 'linkedin.com/company/null' }],
] as const)('%s with %s are different records, and the URL is kept', async (kind, linkedinUrl, held) => {
  const crm = await startCrm();
  const [first] = crm.seed({ [kind]: [{ properties: held }] })[kind];
  const { send } = await startBridgeOn(crm);
  const records = ['a', 'b'].map((id) => named(kind, id, { linkedinUrl }));

  const synced = await send('POST', `/${kind}/sync`, { [kind]: records });
  const ids = idsIn(await send('POST', `/${kind}`, { [kind]: records }));

  expect(synced.body.results).toEqual([]);
  expect(new Set([first, ...ids]).size).toBe(3);
  expect(crm.records(kind).map(({ properties }) => properties)).toMatchObject([held, held, held]);
});

test('creates that share values in a chain get one record, also when they are sent again', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const contacts = [
    { email: 'ada@x.example', linkedinUrl: 'linkedin.com/in/ada' },
    { email: 'ada@y.example', linkedinUrl: 'linkedin.com/in/ADA/' },
    { email: 'ada@y.example', linkedinUrl: 'linkedin.com/in/ada-2' },
    { linkedinUrl: 'https://www.linkedin.com/in/ada-2' },
  ].map((sent, n) => named('contacts', `lead-${n}`, sent));

  const first = idsIn(await send('POST', '/contacts', { contacts }));
  const again = idsIn(await send('POST', '/contacts', { contacts }));

  const [record] = crm.records('contacts');
  expect([new Set(first), new Set(again)]).toEqual([new Set([record?.id]), new Set([record?.id])]);
  expect(crm.records('contacts')).toHaveLength(1);
});

/** Each shares a value with the next one. */
const chains: Readonly<Record<string, (n: number) => readonly object[]>> = {
  contacts: (n) => [
    { email: `a${n}@x.example`, linkedinUrl: `linkedin.com/in/one-${n}` },
    { email: `b${n}@x.example`, linkedinUrl: `https://es.linkedin.com/in/One-${n}/` },
    { email: `b${n}@x.example`, linkedinUrl: `linkedin.com/in/two-${n}` },
    { linkedinUrl: `www.linkedin.com/in/two-${n}?trk=x` },
  ],
  companies: (n) => [
    { domain: `a${n}.example`, linkedinUrl: `linkedin.com/company/one-${n}` },
    { domain: `b${n}.example`, linkedinUrl: `https://linkedin.com/company/One-${n}/` },
    { domain: `https://www.b${n}.example/about`, linkedinUrl: `linkedin.com/company/two-${n}` },
    { linkedinUrl: `linkedin.com/company/two-${n}/about` },
  ],
};

const permutationsOf = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  items.length < 2
    ? [items]
    : items.flatMap((item, at) => permutationsOf(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));

test.each(['contacts', 'companies'] as const)(
  '%s that share values with each other in a chain are one record, in whatever order one request has them',
  async (kind) => {
    const crm = await startCrm();
    const { send } = await startBridgeOn(crm);
    const orders = permutationsOf([0, 1, 2, 3]);

    const answers = await Promise.all(
      orders.map((order, n) => {
        const records = order.map((at) => named(kind, `lead-${n}-${at}`, chains[kind]?.(n)[at] ?? {}));
        return send('POST', `/${kind}`, { [kind]: records });
      }),
    );

    const ids = answers.map((answer) => new Set(idsIn(answer)));
    expect(ids.map(({ size }) => size)).toEqual(orders.map(() => 1));
    expect(crm.records(kind)).toHaveLength(orders.length);
  },
);

test('records of one request that are linked at random are as many as the groups that their values form', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  let run = 0;
  const values = fc.option(fc.nat({ max: 5 }), { nil: undefined, freq: 3 });
  const lead = fc.record({ email: values, linkedinUrl: values });
  await fc.assert(
    fc.asyncProperty(fc.array(lead, { minLength: 2, maxLength: 8 }), async (leads) => {
      run += 1;
      const contacts = leads.map(({ email, linkedinUrl }, at) =>
        named('contacts', `lead-${run}-${at}`, {
          ...(email !== undefined && { email: `p${run}-${email}@x.example` }),
          ...(linkedinUrl !== undefined && { linkedinUrl: `linkedin.com/in/p${run}-${linkedinUrl}` }),
        }),
      );
      const groups = groupsOf(leads.map(({ email, linkedinUrl }) => [`e${email}`, `l${linkedinUrl}`]));

      const ids = idsIn(await send('POST', '/contacts', { contacts }));

      expect(new Set(ids).size).toBe(new Set(groups).size);
      for (const [at, group] of groups.entries()) expect(ids[at]).toBe(ids[group]);
    }),
    { seed: 7, numRuns: 25, endOnFailure: true },
  );
});

/** Joins groups until nothing changes. */
function groupsOf(values: readonly (readonly string[])[]): readonly number[] {
  const groups = [...values.keys()];
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const [at, own] of values.entries()) {
      for (const [other, theirs] of values.entries()) {
        const [low, high] = [groups[at] ?? at, groups[other] ?? other];
        if (low >= high || !own.some((value) => !value.endsWith('undefined') && theirs.includes(value))) continue;
        groups[other] = low;
        isChanged = true;
      }
    }
  }
  return groups;
}
