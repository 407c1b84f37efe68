import { expect, test } from 'vitest';
import type { CallContext, NewProperty, UpdateInput } from '../../../src/crm/crm.ts';
import { CrmRejectedError, CrmUnavailableError, NotSupportedError } from '../../../src/errors.ts';
import { replay, replayedHubSpot, replayOnly, token } from '../../support/replay.ts';

replayOnly();

const context: CallContext = { requestId: 'req-1', urgency: 'bulk', deadline: { remainingMs: () => 3_600_000 } };

const contact = (properties: Record<string, string>) => ({ properties });
const email = (name: string) => contact({ email: `${name}@example.com` });
const rename = (id: string, firstname: string): UpdateInput => ({ id, properties: { firstname } });

test('creates what it can and names the record that exists, by trace id', async () => {
  replay('create-contacts-one-exists');
  const { crm } = replayedHubSpot();

  const outcomes = await crm.create(
    'contacts',
    [contact({ email: 'ada@example.com', firstname: 'Ada' }), email('bob')],
    context,
  );

  expect(outcomes).toMatchObject([{ record: { id: '5001' } }, { problem: { kind: 'conflict', existingId: '4711' } }]);
});

test('reads the existing record to find the conflicting input of a refused batch, and sends the rest again', async () => {
  replay('create-contacts-whole-batch-refused');
  const { crm } = replayedHubSpot();

  const outcomes = await crm.create('contacts', [email('ada'), email('bob'), email('eve')], context);

  expect(outcomes).toMatchObject([
    { record: { id: '5001' } },
    { problem: { kind: 'conflict', existingId: '4711' } },
    { record: { id: '5002' } },
  ]);
});

test('does not treat a success response without records as success', async () => {
  replay('create-contacts-nothing-said');
  const { crm } = replayedHubSpot();

  const outcomes = await crm.create('contacts', [email('ada'), email('bob')], context);

  expect(outcomes).toMatchObject([{ problem: { kind: 'ambiguous' } }, { problem: { kind: 'ambiguous' } }]);
});

test('assigns an error entry without a name to the only remaining record', async () => {
  replay('create-contacts-entry-unidentified');
  const { crm } = replayedHubSpot();

  const outcomes = await crm.create('contacts', [email('bob'), email('ada')], context);

  expect(outcomes).toMatchObject([{ problem: { kind: 'invalid' } }, { record: { id: '5001' } }]);
});

test('matches reordered results by the values sent', async () => {
  replay('create-contacts-in-another-order');
  const { crm } = replayedHubSpot();
  const inputs = [
    contact({ lastname: 'Byron', firstname: 'Ada' }),
    contact({ lastname: 'Byron', firstname: 'Bob' }),
    contact({ lastname: 'Moran', firstname: 'Eve' }),
  ];

  const outcomes = await crm.create('contacts', inputs, context);

  expect(outcomes).toMatchObject([{ record: { id: '5001' } }, { record: { id: '5002' } }, { record: { id: '5003' } }]);
});

test('accepts a success status that the SDK does not expect', async () => {
  replay('create-contacts-answered-200');
  const { crm } = replayedHubSpot();

  expect(await crm.create('contacts', [email('ada')], context)).toMatchObject([{ record: { id: '5001' } }]);
});

test('finds the record with a refused option by its value, although other records send the property too', async () => {
  replay('create-contacts-bad-option-names-no-record');
  const { crm } = replayedHubSpot();
  const input = (name: string, status: string) => contact({ email: `${name}@example.com`, hs_lead_status: status });

  const outcomes = await crm.create(
    'contacts',
    [input('ada', 'NEW'), input('bob', 'nonsense'), input('eve', 'OPEN')],
    context,
  );

  expect(outcomes).toMatchObject([
    { record: { id: '5001' } },
    { problem: { kind: 'invalid', properties: [{ name: 'hs_lead_status', code: 'INVALID_OPTION' }] } },
    { record: { id: '5003' } },
  ]);
});

test('reports a property that does not exist for every record that sends it', async () => {
  replay('create-contacts-unknown-property');
  const { crm } = replayedHubSpot();
  const inputs = [contact({ email: 'ada@example.com', shoe_size: '38' }), email('bob'), contact({ shoe_size: '44' })];

  const outcomes = await crm.create('contacts', inputs, context);

  const refused = { problem: { kind: 'invalid', properties: [{ name: 'shoe_size', code: 'PROPERTY_DOESNT_EXIST' }] } };
  expect(outcomes).toMatchObject([refused, { record: { id: '5002' } }, refused]);
});

test("sends no create twice after a 502, and keeps HubSpot's message out of problem and log", async () => {
  replay('create-contacts-bad-gateway');
  const { crm, exchanges, log } = replayedHubSpot();

  const outcomes = await crm.create('contacts', [email('ada')], context);

  expect(outcomes).toEqual([{ problem: { kind: 'ambiguous', message: 'HubSpot returned status 502' } }]);
  expect(exchanges).toHaveLength(1);
  expect(log.text()).not.toContain('example.com');
  expect(log.text()).not.toContain(token);
});

test('writes to the surviving record when the response omits a merged id', async () => {
  replay('update-contacts-merged-id-left-out');
  const { crm } = replayedHubSpot();

  const outcomes = await crm.update('contacts', [rename('5001', 'Ada'), rename('5002', 'Bob')], context);

  expect(outcomes).toMatchObject([{ record: { id: '5001' } }, { record: { id: '5009' } }]);
});

test('does not repeat an update that an omitted record already has', async () => {
  replay('update-contacts-left-out-but-written');
  const { crm } = replayedHubSpot();

  expect(await crm.update('contacts', [rename('5002', 'Bob')], context)).toMatchObject([{ record: { id: '5009' } }]);
});

test('names the record that has the email when a whole update is refused for it', async () => {
  replay('update-contacts-email-taken');
  const { crm } = replayedHubSpot();

  const outcomes = await crm.update(
    'contacts',
    [
      { id: '5001', properties: { email: 'ada@example.com' } },
      { id: '5002', properties: { email: 'eve@example.com' } },
    ],
    context,
  );

  expect(outcomes).toMatchObject([
    { record: { id: '5001' } },
    { problem: { kind: 'conflict', existingId: '4711', property: 'email' } },
  ]);
});

test('names a refused option without the list of all options', async () => {
  replay('update-companies-industry-not-an-option');
  const { crm } = replayedHubSpot();

  const [outcome] = await crm.update('companies', [{ id: '7001', properties: { industry: 'Rockets' } }], context);

  expect(outcome).toEqual({
    problem: {
      kind: 'invalid',
      message: 'industry: the value is not one of the allowed options',
      properties: [
        {
          name: 'industry',
          cause: 'no-option',
          code: 'INVALID_OPTION',
          reason: 'the value is not one of the allowed options',
        },
      ],
    },
  });
});

test('finds a contact by its secondary email and reports each value separately', async () => {
  replay('read-contacts-by-secondary-email');
  const { crm } = replayedHubSpot();

  const asked = ['Ada@example.com', 'countess@example.com', 'nobody@example.com'];
  const read = await crm.readBy({ objectType: 'contacts', property: 'email', values: asked }, ['firstname'], context);

  expect([...read.found].map(([value, { id }]) => [value, id])).toEqual([
    ['Ada@example.com', '5001'],
    ['countess@example.com', '5001'],
  ]);
  expect([...read.missing]).toEqual(['nobody@example.com']);
});

test('returns the surviving record for merged ids', async () => {
  replay('read-contacts-merged');
  const { crm } = replayedHubSpot();

  const read = await crm.readByIds('contacts', ['4001', '4002', '5009'], [], context);

  expect([...read.found].map(([id, record]) => [id, record.id])).toEqual([
    ['4001', '5009'],
    ['4002', '5009'],
    ['5009', '5009'],
  ]);
});

test('reads a single id again if a record came back that does not list its merged ids', async () => {
  replay('read-contacts-survivor-does-not-tell');
  const { crm } = replayedHubSpot();

  const read = await crm.readByIds('contacts', ['4001', '5001'], [], context);

  expect(read.found.get('4001')?.id).toBe('5009');
  expect(read.found.get('5001')?.id).toBe('5001');
});

test('reports a value that the response omits as failed, never as missing', async () => {
  replay('read-contacts-nothing-said');
  const { crm } = replayedHubSpot();

  const read = await crm.readByIds('contacts', ['5001'], [], context);

  expect(read.missing.size).toBe(0);
  expect(read.failed.get('5001')).toMatchObject({ kind: 'unavailable' });
});

test('throws for a response in an unknown format', async () => {
  replay('read-contacts-unknown-shape');
  const { crm } = replayedHubSpot();

  await expect(crm.readByIds('contacts', ['5001'], [], context)).rejects.toThrow(/unknown format/);
});

test('completes a read despite a 502, a locked record, a moving account and a rate limit', async () => {
  replay('read-contacts-down-then-up');
  const { crm, exchanges } = replayedHubSpot();

  const read = await crm.readByIds('contacts', ['5001'], ['firstname'], context);

  expect(read.found.get('5001')?.properties.firstname).toBe('Ada');
  expect(exchanges.map(({ status, attempt }) => [status, attempt])).toEqual([
    [502, 1],
    [423, 2],
    [477, 3],
    [429, 4],
    [200, 5],
  ]);
});

test('fails at once when the daily limit is reached', async () => {
  replay('read-contacts-daily-limit');
  const { crm, exchanges } = replayedHubSpot();

  await expect(crm.readByIds('contacts', ['5001'], [], context)).rejects.toThrow(/daily limit/);
  await expect(crm.readByIds('contacts', ['5002'], [], context)).rejects.toThrow(CrmUnavailableError);
  expect(exchanges).toHaveLength(1);
});

test('does not wait for hours while an account is being moved', async () => {
  replay('read-contacts-being-moved-for-hours');
  const { crm } = replayedHubSpot();

  const request = { ...context, deadline: { remainingMs: () => 55_000 } };

  await expect(crm.readByIds('contacts', ['5001'], [], request)).rejects.toMatchObject({ retryAfterSeconds: 300 });
});

test('reports a rejected token', async () => {
  replay('read-contacts-token-refused');
  const { crm } = replayedHubSpot();

  const failed = crm.readByIds('contacts', ['5001'], [], context);

  await expect(failed).rejects.toThrow(CrmRejectedError);
  await expect(failed).rejects.toMatchObject({ detail: { status: 401, category: 'INVALID_AUTHENTICATION' } });
});

test('treats a wrong URL as a refusal of the bridge, not as missing records', async () => {
  replay('read-contacts-wrong-address');
  const { crm } = replayedHubSpot();

  await expect(crm.readByIds('contacts', ['5001', '5002'], [], context)).rejects.toThrow(CrmRejectedError);
});

test('names the missing scope', async () => {
  replay('read-contacts-missing-scope');
  const { crm } = replayedHubSpot();

  await expect(crm.readByIds('contacts', ['5001'], [], context)).rejects.toMatchObject({
    message: 'The HubSpot token lacks a scope: crm.objects.contacts.read',
    detail: { status: 403, missingScopes: ['crm.objects.contacts.read'] },
  });
});

test('reads a response without a content type', async () => {
  replay('read-contacts-no-content-type');
  const { crm } = replayedHubSpot();

  const read = await crm.readByIds('contacts', ['5001'], [], context);

  expect(read.found.get('5001')?.properties.firstname).toBe('Ada');
});

const byEmail = (...names: string[]) =>
  names.map((name) => ({ key: name, clauses: [{ property: 'email', in: [`${name}@example.com`] }] }));

test('reads a search to its last page', async () => {
  replay('search-contacts-two-pages');
  const { crm, exchanges } = replayedHubSpot();

  const { candidates } = await crm.search('contacts', byEmail('ada', 'bob', 'eve'), ['email'], context);

  expect(candidates.map(({ id }) => id)).toEqual(['5001', '5002', '5003']);
  expect(exchanges.map(({ requestBody }) => requestBody)).toMatchObject([{ limit: 200 }, { limit: 200, after: '200' }]);
});

test('slows down and searches again after a 429 that names no policy', async () => {
  replay('search-contacts-slowed-down');
  const { crm, log } = replayedHubSpot();

  const found = await crm.search('contacts', byEmail('ada'), ['email'], context);

  expect(found).toEqual({ candidates: [], failed: new Map() });
  expect(log.entries).toContainEqual(expect.objectContaining({ level: 'warn', lane: 'search' }));
});

test('ends a search at the page without a next one, although its total is higher', async () => {
  replay('search-contacts-cut-short');
  const { crm } = replayedHubSpot();

  const { candidates, failed } = await crm.search('contacts', byEmail('ada'), ['email'], context);

  expect([candidates.map(({ id }) => id), failed.size]).toEqual([['5001'], 0]);
});

test('names the property that a search was refused for', async () => {
  replay('search-contacts-unknown-property');
  const { crm } = replayedHubSpot();
  const searchKey = { key: 'n', clauses: [{ property: 'hs_linkedin_url', in: ['https://linkedin.com/in/ada'] }] };

  const { failed } = await crm.search('contacts', [searchKey], ['email'], context);

  expect(failed.get('n')).toMatchObject({ kind: 'invalid', properties: [{ name: 'hs_linkedin_url' }] });
});

const newProperty = (name: string): NewProperty => ({
  name,
  label: name,
  description: '',
  type: 'text',
  group: 'enginy',
});

test('treats an existing group and property as success', async () => {
  replay('create-properties-one-exists');
  const { crm } = replayedHubSpot();

  const outcomes = await crm.createProperties(
    'contacts',
    [newProperty('campaign_opens'), newProperty('campaign_clicks')],
    context,
  );

  expect(outcomes).toEqual(['created', 'existed']);
});

test('creates the other properties when HubSpot refuses a whole batch because one exists', async () => {
  replay('create-properties-refused-whole');
  const { crm } = replayedHubSpot();

  const outcomes = await crm.createProperties(
    'contacts',
    [newProperty('campaign_opens'), newProperty('campaign_clicks')],
    context,
  );

  expect(outcomes).toEqual(['created', 'existed']);
});

test('reports per property that the account does not allow new ones', async () => {
  replay('create-properties-forbidden');
  const { crm } = replayedHubSpot();

  const outcomes = await crm.createProperties('contacts', [newProperty('campaign_opens')], context);

  expect(outcomes).toMatchObject([{ problem: { kind: 'refused', missingScopes: ['crm.schemas.contacts.write'] } }]);
});

test('links the valid pairs when HubSpot refuses a whole batch because of an unknown id', async () => {
  replay('link-whole-batch-refused');
  const { crm } = replayedHubSpot();
  const pair = { fromId: '5001', toId: '7001' };

  const outcomes = await crm.link('contacts', 'companies', [pair, { fromId: '4040', toId: '7001' }, pair], context);

  expect(outcomes).toMatchObject(['linked', { problem: { kind: 'not-found' } }, 'linked']);
});

test('reads links to the last page, and an empty list if there are none', async () => {
  replay('read-links-two-pages-and-none');
  const { crm } = replayedHubSpot();

  const links = await crm.readLinks('contacts', 'companies', ['5001', '5002'], context);

  expect(links.found).toEqual(
    new Map([
      ['5001', ['7001', '7002']],
      ['5002', []],
    ]),
  );
  expect(links.failed.size).toBe(0);
});

test('lists the users among the owners, from all pages', async () => {
  replay('list-owners-two-pages');
  const { crm } = replayedHubSpot();

  expect(await crm.listOwners(context)).toEqual([
    { id: '61', name: 'Ada Byron', email: 'ada@example.com', firstName: 'Ada', lastName: 'Byron' },
    { id: '63', name: 'bob@example.com', email: 'bob@example.com' },
  ]);
});

test('reports users as not supported without the owners scope', async () => {
  replay('list-owners-missing-scope');
  const { crm } = replayedHubSpot();

  await expect(crm.listOwners(context)).rejects.toThrow(NotSupportedError);
});

test('reports each exchange as it was sent and received, without the token', async () => {
  replay('create-contacts-one-exists');
  const { crm, exchanges } = replayedHubSpot();

  await crm.create('contacts', [contact({ email: 'ada@example.com', firstname: 'Ada' }), email('bob')], context);

  expect(exchanges).toMatchObject([
    {
      purpose: 'create contacts',
      method: 'POST',
      path: '/crm/v3/objects/contacts/batch/create',
      requestBody: {
        inputs: [{ properties: { email: 'ada@example.com' } }, { properties: { email: 'bob@example.com' } }],
      },
      status: 207,
      responseHeaders: { 'x-hubspot-ratelimit-max': '100' },
      responseBody: { numErrors: 1 },
      attempt: 1,
    },
  ]);
  expect(JSON.stringify(exchanges)).not.toContain(token);
});
