import { expect, onTestFinished, test, vi } from 'vitest';
import { createManagedProperties } from '../../src/bridge/properties/managed-property.ts';
import { prepareIdProperties } from '../../src/bridge/properties/prepare-id-property.ts';
import type { CrmProblem, NewProperty, PropertyDefinition } from '../../src/crm/crm.ts';
import { hubSpotPropertyRules } from '../../src/crm/hubspot/property-rules.ts';
import { CrmRejectedError, CrmUnavailableError } from '../../src/errors.ts';
import { describeField } from '../../src/mapping/run/field-mark.ts';
import { fieldKey, hashedPropertyName } from '../../src/mapping/run/property-name.ts';
import { type FakeCrm, fakeCrm } from '../support/fake-crm.ts';
import { logSink } from '../support/log-sink.ts';
import { shippedWith } from '../support/shipped-mappings.ts';
import { startApp as startAnyApp } from '../support/start-app.ts';

/** An app whose updates return no values, so that their answers are about what was written alone. */
const startApp: typeof startAnyApp = (crm, { deps, settings = {} } = {}) =>
  startAnyApp(crm, { deps: { mappings: shippedWith('contacts', () => {}), ...deps }, settings });

const missing: CrmProblem = { kind: 'refused', message: 'a scope is missing', missingScopes: ['schemas.write'] };

/** A CRM with one contact and one company, whose updates are what the tests look at. */
function crmWithRecords(options: Parameters<typeof fakeCrm>[0] = {}): FakeCrm {
  const crm = fakeCrm(options);
  crm.put('contacts', { id: '1', properties: { email: 'ada@example.com' } });
  crm.put('contacts', { id: '2', properties: { email: 'grace@example.com' } });
  crm.put('companies', { id: '9', properties: { name: 'Acme' } });
  return crm;
}

const update = (...contacts: object[]) => ['PUT', '/contacts', { contacts }] as const;
const valuesOf = (crm: FakeCrm, id = '1') => crm.records.get('contacts')?.get(id)?.properties;
const countOf = (crm: FakeCrm, method: string) => crm.calls.filter((call) => call.method === method).length;

function define(crm: FakeCrm, definition: Partial<PropertyDefinition> & { name: string }): void {
  const anyOther = crm.definitionsOf('contacts').get('email');
  if (anyOther === undefined) throw new Error('the fake has no property email');
  crm.definitionsOf('contacts').set(definition.name, { ...anyOther, label: definition.name, ...definition });
}

test('stores a field without a row in a property of its own, with group, label and mark', async () => {
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

test('writes the known fields and warns about the others when it may not create properties, asking once', async () => {
  const crm = crmWithRecords({ forbidsNewProperties: true });
  const app = await startApp(crm);

  const first = await app.send(...update({ crmId: '1', title: 'Countess', opens: '5' }));
  const second = await app.send(...update({ crmId: '2', title: 'Admiral', clicks: '2' }));

  const reason = 'the CRM does not let the bridge create properties (missing scope schemas.write)';
  expect(first.body).toEqual({
    results: [{ crmId: '1', success: true, warnings: [`opens was skipped: ${reason}`] }],
  });
  expect(second.body.results[0].warnings).toEqual([`clicks was skipped: ${reason}`]);
  expect([valuesOf(crm)?.jobtitle, valuesOf(crm, '2')?.jobtitle]).toEqual(['Countess', 'Admiral']);
  expect(countOf(crm, 'createProperties')).toBe(1);
  const logged = app.log.entries.filter(({ level }) => level === 'warn');
  expect(logged).toEqual([expect.objectContaining({ objectType: 'contacts', missingScopes: ['schemas.write'] })]);
});

test('asks again within a minute whether it may create properties', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const crm = crmWithRecords();
  crm.failNext('createProperties', new CrmRejectedError('no', { missingScopes: ['schemas.write'] }));
  const app = await startApp(crm, { settings: { requestTimeoutMs: 3_600_000 } });

  await app.send(...update({ crmId: '1', opens: '5' }));
  vi.advanceTimersByTime(59_000);
  const answer = await app.send(...update({ crmId: '1', opens: '6' }));

  expect(answer.body).toEqual({ results: [{ crmId: '1', success: true }] });
  expect(valuesOf(crm)).toMatchObject({ opens: '6' });
});

test('warns about a field whose property the CRM refuses, and stores the others', async () => {
  const crm = crmWithRecords();
  const refusal: CrmProblem = {
    kind: 'invalid',
    message: 'You have reached the limit of 1000 properties',
    properties: [],
  };
  crm.failNext('createProperties', () => [{ problem: refusal }]);
  const app = await startApp(crm);

  const answer = await app.send(...update({ crmId: '1', title: 'Countess', opens: '5' }));

  expect(answer.body.results[0]).toEqual({
    crmId: '1',
    success: true,
    warnings: [
      'opens was skipped: the CRM did not create the property opens: You have reached the limit of 1000 properties',
    ],
  });
  expect(valuesOf(crm)).toMatchObject({ jobtitle: 'Countess' });
});

test('creates no more properties than the mapping allows, including those created earlier', async () => {
  const crm = crmWithRecords();
  define(crm, { name: 'older', description: describeField('older'), group: 'enginy' });
  const mappings = shippedWith('contacts', (write) => {
    write.unknown_fields.at_most = 3;
  });
  const app = await startApp(crm, { deps: { mappings } });

  const [first, second] = await Promise.all([
    app.send(...update({ crmId: '1', a: '1', b: '2', older: '3' })),
    app.send(...update({ crmId: '2', c: '1', d: '2' })),
  ]);

  const created = ['a', 'b', 'c', 'd'].filter((name) => crm.definitionsOf('contacts').has(name));
  expect(created).toHaveLength(2);
  const warnings = [...new Set([first, second].flatMap(({ body }) => body.results[0].warnings ?? []))];
  expect(warnings).toHaveLength(2);
  for (const warning of warnings) expect(warning).toMatch(/the mapping allows 3 created properties .* 3 exist$/);
  expect(valuesOf(crm)).toMatchObject({ older: '3' });
});

test.each([
  [20, undefined],
  [21, '1 more field was skipped'],
  [1_500, '1480 more fields were skipped'],
])('names the first twenty of %i fields that are not stored, and counts the rest', async (count, last) => {
  const crm = crmWithRecords();
  const mappings = shippedWith('contacts', (write) => {
    write.unknown_fields.at_most = 2;
  });
  const app = await startApp(crm, { deps: { mappings } });
  const fields = (name: string) =>
    Object.fromEntries(Array.from({ length: count }, (_unused, index) => [`${name}${index}`, 'x']));

  const answer = await app.send(
    ...update({ crmId: '1', kept: 'a', other: 'b' }, { crmId: '2', kept: 'c', ...fields('m'), customFields: {} }),
  );
  const again = await app.send('POST', '/contacts', { contacts: [{ externalId: 'n', customFields: fields('n') }] });

  expect(valuesOf(crm, '2')).toMatchObject({ kept: 'c' });
  expect(answer.body.results[0]).toEqual({ crmId: '1', success: true });
  for (const [{ warnings }, name] of [
    [answer.body.results[1], 'm'],
    [again.body.results[0], 'n'],
  ]) {
    const named = Array.from({ length: 20 }, (_unused, index) =>
      expect.stringMatching(new RegExp(`^${name}${index} was skipped: the mapping allows 2 .* 2 exist$`)),
    );
    expect(warnings).toEqual(last === undefined ? named : [...named, last]);
  }
  expect(countOf(crm, 'createProperties')).toBe(2); // the other call creates the property for Enginy's ids
});

test('fails only the records whose properties cannot be created at the moment', async () => {
  const crm = crmWithRecords();
  crm.failAlways('createProperties', new CrmUnavailableError('HubSpot is down'));
  const app = await startApp(crm);

  const answer = await app.send(
    ...update({ crmId: '1', title: 'Countess', opens: '5' }, { crmId: '2', title: 'Admiral' }),
  );

  expect(answer.body.results).toEqual([
    { crmId: '1', success: false, error: 'Export again later: HubSpot is down' },
    { crmId: '2', success: true },
  ]);
  expect(valuesOf(crm)).not.toHaveProperty('jobtitle');
});

test('answers 503 when definitions cannot be read and nothing else was requested', async () => {
  const crm = crmWithRecords();
  crm.failAlways('readProperties', new CrmUnavailableError('HubSpot is down', { ambiguous: true }));
  const app = await startApp(crm);

  const answer = await app.send(...update({ crmId: '1', opens: '5' }));

  expect(answer.status).toBe(503);
});

test('writes what it can when the CRM does not let it read definitions', async () => {
  const crm = crmWithRecords();
  crm.failAlways('readProperties', new CrmRejectedError('no', { missingScopes: ['schemas.read'] }));
  const app = await startApp(crm);

  const answer = await app.send(...update({ crmId: '1', title: 'Countess', opens: '5' }));

  expect(answer.body.results[0].warnings).toEqual([
    'opens was skipped: the CRM does not let the bridge read its properties',
  ]);
  expect(valuesOf(crm)).toMatchObject({ jobtitle: 'Countess' });
});

test('creates a property again that a user removed, and resends the value', async () => {
  const crm = crmWithRecords();
  const app = await startApp(crm);
  await app.send(...update({ crmId: '1', Opens: '5' }));
  const stale = [...crm.definitionsOf('contacts').values()];
  for (let read = 1; read <= 3; read += 1) crm.failNext('readProperties', () => stale);
  crm.definitionsOf('contacts').delete('opens');

  const answer = await app.send(...update({ crmId: '1', Opens: '6' }));

  expect(answer.body).toEqual({ results: [{ crmId: '1', success: true }] });
  expect(valuesOf(crm)).toMatchObject({ opens: '6' });
  expect(crm.definitionsOf('contacts').get('opens')).toMatchObject({ description: describeField('Opens') });
});

test('creates the property for the ids again after a user removed it', async () => {
  const crm = crmWithRecords();
  const app = await startApp(crm);
  await app.send('POST', '/contacts', { contacts: [{ externalId: 'a', email: 'a@example.com' }] });
  crm.definitionsOf('contacts').delete('enginy_external_id');

  const answer = await app.send('POST', '/contacts', { contacts: [{ externalId: 'b', email: 'b@example.com' }] });

  expect(answer.body).toEqual({ results: [{ externalId: 'b', crmId: expect.any(String) }] });
  const stored = [...(crm.records.get('contacts')?.values() ?? [])].at(-1);
  expect(stored?.properties.enginy_external_id).toBe('b');
});

test('does not read definitions repeatedly when a row names a property that does not exist', async () => {
  const crm = crmWithRecords();
  crm.definitionsOf('contacts').delete('jobtitle');
  const app = await startApp(crm);

  for (let round = 1; round <= 3; round += 1) {
    const answer = await app.send(...update({ crmId: '1', title: 'Countess', city: 'London' }));
    expect(answer.body.results[0].warnings).toEqual([
      'title → jobtitle was skipped: there is no such property (PROPERTY_DOESNT_EXIST)',
    ]);
  }

  expect(countOf(crm, 'readProperties')).toBe(2);
});

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
    'notes → notes was only partly stored: it was cut to 65,536 characters',
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

test('ignores, reports or rejects fields without a row as the mapping says', async () => {
  const crm = crmWithRecords();
  const policy = { current: 'ignore' as 'ignore' | 'report' | 'reject' };
  const mappings = () =>
    shippedWith('contacts', (write) => {
      write.unknown_fields.policy = policy.current;
    })();
  const app = await startApp(crm, { deps: { mappings } });
  const send = () =>
    app.send(...update({ crmId: '1', title: 'Countess' }, { crmId: '2', opens: '5', customFields: { tier: 1 } }));

  const ignored = await send();
  expect(ignored.body.results).toEqual([
    { crmId: '1', success: true },
    { crmId: '2', success: true },
  ]);

  policy.current = 'report';
  const reported = [await send(), await send()];
  expect(reported[1]?.body.results[1].warnings).toEqual([
    'opens was skipped: the mapping has no row for it',
    'tier was skipped: the mapping has no row for it',
  ]);
  const lines = app.log.entries.filter(({ msg }) => msg === 'fields without a row were not stored');
  expect(lines).toEqual([expect.objectContaining({ object: 'contacts', fields: ['opens', 'tier'] })]);

  policy.current = 'reject';
  const rejected = await send();
  expect(rejected.status).toBe(400);
  expect(rejected.body.message).toBe(
    'contacts[1].opens has no row in the mapping; contacts[1].customFields.tier has no row in the mapping',
  );
  expect(countOf(crm, 'createProperties')).toBe(0);
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

test('logs missing permissions at start, in one line', async () => {
  const sink = logSink();
  const asked: string[] = [];
  const crm = {
    createProperties: async (objectType: string, properties: readonly NewProperty[]) => {
      asked.push(...properties.map(({ name }) => `${objectType}/${name}`));
      return properties.map(() => ({ problem: { ...missing, missingScopes: [`schemas.${objectType}.write`] } }));
    },
  };
  const { contacts, companies } = shippedWith('contacts', () => {})();
  if (contacts === undefined || companies === undefined) throw new Error('both files are shipped');

  await prepareIdProperties({ crm, log: sink.log }, [contacts, companies], {
    requestId: 'start',
    urgency: 'bulk',
    deadline: { remainingMs: () => 1000 },
  });

  expect(asked).toEqual(['contacts/enginy_external_id', 'companies/enginy_external_id']);
  expect(sink.entries).toEqual([
    expect.objectContaining({
      level: 'warn',
      missingScopes: ['schemas.contacts.write', 'schemas.companies.write'],
      msg: expect.stringContaining('add to the token: schemas.contacts.write, schemas.companies.write'),
    }),
  ]);
});

test('asks again within a minute for a property of its own that the portal did not allow', async () => {
  const crm = fakeCrm();
  let nowMs = 0;
  const managed = createManagedProperties({ crm, log: logSink().log, now: () => nowMs });
  const context = { requestId: 'r', urgency: 'bulk', deadline: { remainingMs: () => 60_000 } } as const;
  const property = {
    objectType: 'notes',
    name: 'mark',
    label: 'Mark',
    description: '',
    isUnique: true,
    group: 'enginy',
  };
  const state = () => managed.ensure({ ...property, fallbackNote: 'none' }, context);
  crm.failNext('createProperties', new CrmRejectedError('no', { missingScopes: ['schemas.write'] }));

  const states = [await state(), await state()];
  nowMs = 59_000;
  states.push(await state());

  expect(states).toEqual(['unavailable', 'unavailable', 'new']);
});
