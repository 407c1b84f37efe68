import { expect, test } from 'vitest';
import type { PropertyDefinition } from '../../src/crm/crm.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { shippedWith } from '../support/shipped-mappings.ts';
import { startApp, crmWithRecords, update, valuesOf, define } from './crm-with-records.ts';

test('clears the property of an empty field only where the mapping says so, and creates none for it', async () => {
  const crm = crmWithRecords();
  const mappings = shippedWith('contacts', (write) => {
    write.on_empty = 'clear';
  });
  const app = await startApp(crm, { deps: { mappings } });
  await app.send(...update({ crmId: '1', opens: '5' }));

  const answer = await app.send(...update({ crmId: '1', opens: '', clicks: null }));

  expect(answer.body).toEqual({ results: [{ crmId: '1', success: true }] });
  expect(valuesOf(crm)).toMatchObject({ opens: '' });
  expect(crm.definitionsOf('contacts').has('clicks')).toBe(false);
});

test('cuts a text at the length that the CRM accepts, with a warning', async () => {
  const crm = crmWithRecords();
  const app = await startApp(crm);

  const answer = await app.send(...update({ crmId: '1', notes: 'x'.repeat(70_000) }));

  expect(valuesOf(crm)?.notes).toHaveLength(65_536);
  expect(answer.body.results[0].warnings).toEqual([
    'notes → notes was only partly stored: it was truncated to 65,536 characters',
  ]);
});

test('stores a deeply nested value, and rejects one with a hundred thousand levels', async () => {
  const crm = crmWithRecords();
  const app = await startApp(crm);
  const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  const send = (tree: string) => app.send('PUT', '/contacts', `{"contacts":[{"crmId":"1","tree":${tree}}]}`);

  const stored = await send(nested(90));
  const refused = await send(nested(100_000));

  expect([stored.status, refused.status]).toEqual([200, 400]);
  expect(valuesOf(crm)?.tree).toBe(nested(90));
  expect(refused.body.message).toContain('(MAX_DEPTH)');
});

const industry: Partial<PropertyDefinition> & { name: string } = {
  name: 'industry',
  type: 'enum',
  options: [
    { value: 'HOSPITAL_HEALTH_CARE', label: 'Hospital & Health Care' },
    { value: 'COMPUTER_SOFTWARE', label: 'Computer Software' },
  ],
};

test('matches a text with the options of the portal, and keeps the text where none matches', async () => {
  const crm = fakeCrm({ properties: { companies: [{ name: 'name' }, { name: 'email' }, industry] } });
  crm.put('companies', { id: '9', properties: {} });
  crm.put('companies', { id: '8', properties: {} });
  const app = await startApp(crm);

  const answer = await app.send('PUT', '/companies', {
    companies: [
      { crmId: '9', industry: 'Hospital and health care' },
      { crmId: '8', industry: 'Beekeeping' },
    ],
  });

  const companies = crm.records.get('companies');
  expect(companies?.get('9')?.properties).toEqual({ industry: 'HOSPITAL_HEALTH_CARE' });
  expect(companies?.get('8')?.properties).toEqual({ enginy_industry: 'Beekeeping' });
  expect(answer.body.results[1].warnings).toEqual([
    'industry → industry was skipped: it is not an option of the property; the text is kept in enginy_industry',
  ]);
  expect(crm.definitionsOf('companies').get('enginy_industry')).toMatchObject({ type: 'text', group: 'enginy' });
});

test('warns about a raw text whose property cannot be created', async () => {
  const crm = fakeCrm({
    properties: { companies: [{ name: 'name' }, { name: 'numberofemployees', type: 'number' }] },
    forbidsNewProperties: true,
  });
  crm.put('companies', { id: '9', properties: {} });
  const app = await startApp(crm);

  const answer = await app.send('PUT', '/companies', {
    companies: [{ crmId: '9', name: 'Acme', numberOfEmployees: '51-200' }],
  });

  expect(crm.records.get('companies')?.get('9')?.properties).toEqual({ name: 'Acme' });
  expect(answer.body.results[0].warnings.join('\n')).toContain(
    'numberOfEmployees → enginy_employees was skipped: the CRM does not let the bridge create properties',
  );
});

test('moves a stage back by clearing it first, and forward without', async () => {
  const stages = ['lead', 'opportunity', 'customer'].map((value) => ({ value, label: value }));
  const crm = crmWithRecords();
  define(crm, { name: 'lifecyclestage', type: 'enum', options: stages });
  crm.put('contacts', { id: '1', properties: { lifecyclestage: 'customer' } });
  crm.put('contacts', { id: '2', properties: { lifecyclestage: 'lead' } });
  const mappings = shippedWith('contacts', (write) => {
    write.fields.push({ enginy: 'stage', crm: 'lifecyclestage', backward: 'force', transform: [], direction: 'write' });
  });
  const written: unknown[] = [];
  const { update: carryOut } = crm;
  crm.update = async (objectType, inputs, context) => {
    written.push(inputs);
    return await carryOut(objectType, inputs, context);
  };
  const app = await startApp(crm, { deps: { mappings } });

  const answer = await app.send(...update({ crmId: '1', stage: 'lead' }, { crmId: '2', stage: 'customer' }));

  expect(answer.body.results).toEqual([
    { crmId: '1', success: true },
    { crmId: '2', success: true },
  ]);
  expect(written).toEqual([
    [{ id: '1', properties: { lifecyclestage: '' } }],
    [
      { id: '1', properties: { lifecyclestage: 'lead' } },
      { id: '2', properties: { lifecyclestage: 'customer' } },
    ],
  ]);
});
