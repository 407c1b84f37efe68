import { expect, test } from 'vitest';
import { hubSpotPropertyRules } from '../../src/crm/hubspot/property-rules.ts';
import { describeField } from '../../src/mapping/run/field-mark.ts';
import { fieldKey, hashedPropertyName } from '../../src/mapping/run/property-name.ts';
import { shippedWith } from '../support/shipped-mappings.ts';
import { startApp, crmWithRecords, update, valuesOf, countOf, define } from './crm-with-records.ts';

test('stores a field without a row in its own property, with group, label and mark', async () => {
  const crm = crmWithRecords();
  const app = await startApp(crm);

  const answer = await app.send(...update({ crmId: '1', 'Engagement Status': 'Message Sent (1/3)' }));

  expect(answer.body).toEqual({ results: [{ crmId: '1', success: true }] });
  expect(valuesOf(crm)).toMatchObject({ engagement_status: 'Message Sent (1/3)' });
  expect(crm.definitionsOf('contacts').get('engagement_status')).toMatchObject({
    label: 'Engagement Status',
    description: describeField('Engagement Status'),
    type: 'text',
    isLong: false,
    group: 'enginy',
  });
});

test('stores entries of customFields, in creates and for companies as well', async () => {
  const crm = crmWithRecords();
  const app = await startApp(crm);

  await app.send('POST', '/companies', {
    companies: [{ externalId: 'c1', name: 'Byte', customFields: { 'Funding Round': 'B' } }],
  });
  await app.send('PUT', '/companies', { companies: [{ crmId: '9', customFields: { 'Funding Round': 'C' } }] });

  const values = [...(crm.records.get('companies')?.values() ?? [])].map(({ properties }) => properties.funding_round);
  expect(values).toEqual(['C', 'B']);
  expect(countOf(crm, 'createProperties')).toBe(2); // the other call creates the property for Enginy's ids
});

test('puts a field into the property of exactly its name', async () => {
  const crm = crmWithRecords();
  define(crm, { name: 'nps_score', type: 'number' });
  const app = await startApp(crm);

  const answer = await app.send(...update({ crmId: '1', nps_score: '1,000' }, { crmId: '2', nps_score: 'high' }));

  expect(valuesOf(crm)).toMatchObject({ nps_score: '1000' });
  expect(answer.body.results[1]).toEqual({
    crmId: '2',
    success: true,
    warnings: ['nps_score → nps_score was skipped: it is not a number'],
  });
  expect(countOf(crm, 'createProperties')).toBe(0);
});

test('accepts any later value for a property that it created as text', async () => {
  const crm = crmWithRecords();
  const app = await startApp(crm);

  for (const value of ['5', 'n of a', 7, true, ['a', 'b'], { clicks: 2 }, `${'long '.repeat(200)}\n`]) {
    const answer = await app.send(...update({ crmId: '1', campaignOpens: value }));
    expect(answer.body.results).toEqual([{ crmId: '1', success: true }]);
  }

  expect(countOf(crm, 'createProperties')).toBe(1);
  expect(valuesOf(crm)?.campaign_opens).toHaveLength(1001);
});

test('creates properties of declared types, and a text area for a long text', async () => {
  const crm = crmWithRecords();
  const mappings = shippedWith('contacts', (write) => {
    write.unknown_fields.types = { last_engaged_at: 'datetime', replied: 'bool', opens: 'number', born: 'date' };
  });
  const app = await startApp(crm, { deps: { mappings } });

  const answer = await app.send(
    ...update({
      crmId: '1',
      last_engaged_at: '2026-10-07T10:00:00Z',
      replied: 'yes',
      opens: 5,
      born: 'long ago',
      summary: 'one\ntwo',
    }),
  );

  expect(valuesOf(crm)).toMatchObject({ last_engaged_at: '2026-10-07T10:00:00.000Z', replied: 'true', opens: '5' });
  const created = ['last_engaged_at', 'replied', 'opens', 'summary'].map((name) => {
    const { type, isLong } = crm.definitionsOf('contacts').get(name) ?? {};
    return [type, isLong];
  });
  expect(created).toEqual([
    ['datetime', false],
    ['bool', false],
    ['number', false],
    ['text', true],
  ]);
  expect(crm.definitionsOf('contacts').has('born')).toBe(false);
  expect(answer.body.results[0].warnings).toEqual(['born was skipped: it is not a date']);
});

test('keeps two fields with the same property name apart, in every process alike', async () => {
  const crm = crmWithRecords();
  const first = await startApp(crm);
  const second = await startApp(crm);
  const other = hashedPropertyName('Campaign-Opens', hubSpotPropertyRules);

  await first.send(...update({ crmId: '1', 'Campaign Opens': '1', 'Campaign-Opens': '2' }));
  await second.send(...update({ crmId: '2', 'Campaign-Opens': '4', 'Campaign Opens': '3' }));

  expect(valuesOf(crm, '1')).toMatchObject({ campaign_opens: '1', [other]: '2' });
  expect(valuesOf(crm, '2')).toMatchObject({ campaign_opens: '3', [other]: '4' });
});

test('does not write a field into a property created for a field with a similar name', async () => {
  const crm = crmWithRecords();
  const app = await startApp(crm);

  await app.send(...update({ crmId: '1', 'Campaign Opens': '1' }));
  await app.send(...update({ crmId: '1', campaign_opens: '2' }));

  expect(valuesOf(crm)).toMatchObject({ campaign_opens: '1', [`campaign_opens_${fieldKey('campaign_opens')}`]: '2' });
});

test('finds the property of a field by its mark, whatever its name', async () => {
  const crm = crmWithRecords();
  define(crm, { name: 'renamed_by_a_user', description: `${describeField('Opens')} Reviewed by Kim.` });
  const app = await startApp(crm);

  await app.send(...update({ crmId: '1', Opens: '5' }));

  expect(valuesOf(crm)).toMatchObject({ renamed_by_a_user: '5' });
  expect(countOf(crm, 'createProperties')).toBe(0);
});

test('uses a property that an administrator created by hand in the group', async () => {
  const crm = crmWithRecords();
  define(crm, { name: 'engagement_status', label: 'Engagement Status', group: 'enginy' });
  const app = await startApp(crm);

  await app.send(...update({ crmId: '1', 'Engagement Status': 'new' }));

  expect(valuesOf(crm)).toMatchObject({ engagement_status: 'new' });
});

test('does not touch a CRM property whose name only resembles the field', async () => {
  const crm = crmWithRecords();
  define(crm, { name: 'lead_status', label: 'Lead status' });
  const app = await startApp(crm);

  await app.send(...update({ crmId: '1', 'Lead Status': 'hot' }));

  expect(valuesOf(crm)?.lead_status).toBeUndefined();
  expect(valuesOf(crm)).toMatchObject({ [hashedPropertyName('Lead Status', hubSpotPropertyRules)]: 'hot' });
});

test('warns about a field whose property is read-only, and writes the others', async () => {
  const crm = crmWithRecords();
  define(crm, { name: 'notes_last_contacted', isReadOnly: true });
  const app = await startApp(crm);

  const answer = await app.send(...update({ crmId: '1', title: 'Countess', notes_last_contacted: 'today' }));

  expect(valuesOf(crm)).toMatchObject({ jobtitle: 'Countess' });
  expect(answer.body.results[0].warnings).toEqual([
    "notes_last_contacted was skipped: the CRM's property notes_last_contacted is read-only",
  ]);
});

test('never overwrites the property that stores the ids, nor what a row writes', async () => {
  const crm = crmWithRecords();
  const app = await startApp(crm);
  await app.send('POST', '/contacts', { contacts: [{ externalId: 'lead-1', email: 'new@example.com' }] });

  const answer = await app.send(
    ...update({ crmId: '1', enginy_external_id: 'other', title: 'Countess', jobtitle: 'Queen' }),
  );

  expect(valuesOf(crm)).toMatchObject({ jobtitle: 'Countess' });
  expect(valuesOf(crm)).not.toHaveProperty('enginy_external_id');
  expect(answer.body.results[0].warnings).toEqual([
    "enginy_external_id was skipped: the property of that name stores Enginy's ids",
    'jobtitle was skipped: its property jobtitle is already written from title',
  ]);
});

test('creates five properties in one or two calls for fifty concurrent requests', async () => {
  const crm = crmWithRecords();
  for (let id = 100; id < 150; id += 1) crm.put('contacts', { id: String(id), properties: {} });
  const app = await startApp(crm);
  const fields = ['opens', 'clicks', 'Reply Analysis', 'senders', 'état'];

  const answers = await Promise.all(
    Array.from({ length: 50 }, (_unused, index) =>
      app.send(
        ...update({ crmId: String(100 + index), ...Object.fromEntries(fields.map((field) => [field, `${index}`])) }),
      ),
    ),
  );

  expect(answers.flatMap(({ body }) => body.results)).toEqual(
    Array.from({ length: 50 }, (_unused, index) => ({ crmId: String(100 + index), success: true })),
  );
  expect(valuesOf(crm, '149')).toEqual({
    opens: '49',
    clicks: '49',
    reply_analysis: '49',
    senders: '49',
    etat: '49',
  });
  const creations = crm.calls.filter(({ method }) => method === 'createProperties');
  expect(creations.length).toBeLessThanOrEqual(2);
  expect(creations.reduce((sum, { count }) => sum + count, 0)).toBe(5);
});

test('sends no further call for records that need no definition', async () => {
  const crm = crmWithRecords();
  const app = await startApp(crm);

  await app.send(...update({ crmId: '1', title: 'Countess' }));

  expect(crm.calls.map(({ method }) => method)).toEqual(['update']);
});

test('uses a property that another process creates at the same moment', async () => {
  const crm = crmWithRecords();
  crm.failNext('createProperties', (carryOut) => {
    carryOut();
    return ['existed'];
  });
  const app = await startApp(crm);

  const answer = await app.send(...update({ crmId: '1', opens: '5' }));

  expect(answer.body).toEqual({ results: [{ crmId: '1', success: true }] });
  expect(valuesOf(crm)).toMatchObject({ opens: '5' });
});

test('uses another name when the name goes to another field at the same moment', async () => {
  const crm = crmWithRecords();
  crm.failNext('createProperties', () => {
    define(crm, { name: 'opens', description: describeField('OPENS!'), group: 'enginy' });
    return ['existed'];
  });
  const app = await startApp(crm);

  await app.send(...update({ crmId: '1', opens: '5' }));

  expect(valuesOf(crm)).toEqual({
    email: 'ada@example.com',
    [hashedPropertyName('opens', hubSpotPropertyRules)]: '5',
  });
});

test('uses another name when the CRM hides a property of that name', async () => {
  const crm = crmWithRecords();
  crm.failNext('createProperties', () => ['existed']);
  const app = await startApp(crm);

  await app.send(...update({ crmId: '1', opens: '5' }));

  expect(valuesOf(crm)).toMatchObject({ [hashedPropertyName('opens', hubSpotPropertyRules)]: '5' });
});
