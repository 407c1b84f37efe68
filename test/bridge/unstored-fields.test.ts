import { expect, onTestFinished, test, vi } from 'vitest';
import { createManagedProperties } from '../../src/bridge/properties/managed-property.ts';
import { prepareIdProperties } from '../../src/bridge/properties/prepare-id-property.ts';
import type { CrmProblem, NewProperty } from '../../src/crm/crm.ts';
import { CrmRejectedError, CrmUnavailableError } from '../../src/errors.ts';
import { describeField } from '../../src/mapping/run/field-mark.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { logSink } from '../support/log-sink.ts';
import { shippedWith } from '../support/shipped-mappings.ts';
import { startApp, crmWithRecords, update, valuesOf, countOf, define } from './crm-with-records.ts';

const missing: CrmProblem = { kind: 'refused', message: 'a scope is missing', missingScopes: ['schemas.write'] };

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

test('returns 503 when definitions cannot be read and nothing else was requested', async () => {
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

test('tries again within a minute to create a managed property that the portal did not allow', async () => {
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
