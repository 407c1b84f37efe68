/** Records whose values are long: together they are larger than the bridge reads of one response. */
import { expect, onTestFinished, test } from 'vitest';
import { openHubSpot } from '../../support/open-hubspot.ts';
import { bulkContext } from '../crm-conformance.ts';

const long = 'x'.repeat(60_000);
const names = ['jobtitle', 'company'];
const values = { jobtitle: long, company: long };

/** So many contacts with 120 kB each. */
async function openWith(count: number) {
  const { crm, sandbox } = await openHubSpot();
  onTestFinished(() => sandbox.close());
  const { contacts } = sandbox.seed({
    contacts: Array.from({ length: count }, (_unused, n) => ({
      properties: { email: `a${n}@example.com`, ...values },
    })),
  });
  return { crm, sandbox, ids: contacts };
}

test('records that are larger together than one response are read, searched for and updated in parts', async () => {
  const { crm, ids, sandbox } = await openWith(100);
  const emails = ids.map((_id, n) => `a${n}@example.com`);
  const searchKey = { key: 'k', clauses: [{ property: 'email', in: emails }] };

  const read = await crm.readByIds('contacts', ids, names, bulkContext());
  const searched = await crm.search('contacts', [searchKey], names, bulkContext());
  const updates = ids.map((id) => ({ id, properties: { ...values, city: 'London' } }));
  const updated = await crm.update('contacts', updates, bulkContext());

  expect([read.found.size, read.failed.size]).toEqual([100, 0]);
  expect(read.found.get(ids[99] ?? '')?.properties).toMatchObject(values);
  expect([searched.candidates.length, searched.failed.size]).toEqual([100, 0]);
  expect(updated.filter((outcome) => 'record' in outcome)).toHaveLength(100);
  expect(sandbox.records('contacts').every(({ properties }) => properties.city === 'London')).toBe(true);
});

test('a record that alone is too large has a problem of its own', async () => {
  const { crm, sandbox } = await openHubSpot();
  onTestFinished(() => sandbox.close());
  const { contacts: ids } = sandbox.seed({ contacts: [{ properties: values }, { properties: values }] });
  const tooLarge = { results: [], pad: 'x'.repeat(11 * 1024 ** 2) };
  // The call for both, then the call for the first.
  sandbox.faults.add({
    match: { path: '/batch/read' },
    times: 2,
    action: { kind: 'status', status: 200, body: tooLarge },
  });

  const { found, failed } = await crm.readByIds('contacts', ids, names, bulkContext());

  expect([...found.keys()]).toEqual([ids[1]]);
  expect(failed.get(ids[0] ?? '')).toMatchObject({ kind: 'too-large', message: expect.stringContaining('10 MB') });
});

test('links whose response is too large are read in parts', async () => {
  const { crm, sandbox } = await openHubSpot();
  onTestFinished(() => sandbox.close());
  const { contacts, companies } = sandbox.seed({
    contacts: [{ properties: { firstname: 'Ada' } }, { properties: { firstname: 'Bob' } }],
    companies: [{ properties: { name: 'Acme' } }],
  });
  await crm.link(
    'contacts',
    'companies',
    contacts.map((fromId) => ({ fromId, toId: companies[0] ?? '' })),
    bulkContext(),
  );
  const tooLarge = { results: [], pad: 'x'.repeat(11 * 1024 ** 2) };
  sandbox.faults.add({
    match: { path: '/associations/' },
    action: { kind: 'status', status: 200, body: tooLarge },
  });

  const { found, failed } = await crm.readLinks('contacts', 'companies', contacts, bulkContext());

  expect([...found.values()]).toEqual([companies, companies]);
  expect(failed.size).toBe(0);
});
