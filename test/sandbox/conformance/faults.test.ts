import { expect, test } from 'vitest';
import { raw, refusalOf, startPortal, toCreate } from './portal.ts';

const create = { inputs: [toCreate({ email: 'ada@example.com' })] };

test.each([
  [401, 'INVALID_AUTHENTICATION'],
  [403, 'USER_DOES_NOT_HAVE_PERMISSIONS'],
  [423, undefined],
  [477, 'MIGRATION_IN_PROGRESS'],
  [500, undefined],
  [503, undefined],
])('answers %i instead of executing the call, once', async (status, category) => {
  const { client, sandbox } = await startPortal();
  sandbox.faults.add({ action: { kind: 'status', status } });

  const refusal = await refusalOf(client.crm.contacts.batchApi.create(create));
  const retried = await client.crm.contacts.batchApi.create(create);

  expect(refusal.code).toBe(status);
  expect(refusal.body.category).toBe(category);
  expect(retried.results).toHaveLength(1);
  expect(sandbox.faults.pending).toEqual([]);
});

test('sends a body and headers of its own', async () => {
  const { client, sandbox } = await startPortal();
  sandbox.faults.add({
    action: {
      kind: 'status',
      status: 477,
      body: { message: 'moving', correlationId: crypto.randomUUID() },
      headers: { 'retry-after': '3' },
    },
  });

  const refusal = await refusalOf(client.crm.contacts.basicApi.getPage());

  expect(refusal).toMatchObject({ code: 477, body: { message: 'moving' }, headers: { 'retry-after': '3' } });
});

test.each([502, 504, 521])("returns %i with an HTML page, as HubSpot's edge does", async (status) => {
  const { client, sandbox } = await startPortal();
  sandbox.faults.add({ action: { kind: 'status', status } });

  const refusal = await refusalOf(client.crm.contacts.basicApi.getPage());

  expect(refusal.code).toBe(status);
  expect(String(refusal.body)).toContain('<html>');
});

test('returns an HTML page with status 200', async () => {
  const { sandbox } = await startPortal();
  sandbox.faults.add({ action: { kind: 'html', status: 200 } });

  const answer = await raw(sandbox, '/crm/v3/objects/contacts');

  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html;charset=utf-8']);
});

test('executes the call and then reports a failure', async () => {
  const { client, sandbox } = await startPortal();
  sandbox.faults.add({ match: { kind: 'batch-create' }, action: { kind: 'done-then-status', status: 503 } });

  const refusal = await refusalOf(client.crm.contacts.batchApi.create(create));

  expect(refusal.code).toBe(503);
  expect(sandbox.records('contacts')).toHaveLength(1);
});

test.each([
  ['reset', 0],
  ['done-then-reset', 1],
] as const)('breaks the connection: %s', async (kind, records) => {
  const { client, sandbox } = await startPortal();
  sandbox.faults.add({ action: { kind } });

  await expect(client.crm.contacts.batchApi.create(create)).rejects.toThrow('fetch failed');

  expect(sandbox.records('contacts')).toHaveLength(records);
  expect(sandbox.log.at(-1)).toMatchObject({ status: 0, fault: kind });
});

test.each([
  ['hang', 0],
  ['done-then-hang', 1],
] as const)('never answers: %s', async (kind, records) => {
  const { sandbox } = await startPortal();
  sandbox.faults.add({ match: { method: 'POST' }, action: { kind } });
  const patience = new AbortController();

  const call = raw(sandbox, '/crm/v3/objects/contacts', {
    method: 'POST',
    body: '{"properties":{"firstname":"A"}}',
    signal: patience.signal,
  });
  const outcome = call.catch((error: unknown) => error);
  await expect.poll(() => sandbox.faults.pending).toEqual([]);
  const other = await raw(sandbox, '/crm/v3/objects/contacts');
  patience.abort();

  expect(await outcome).toBeInstanceOf(DOMException);
  expect(other.status).toBe(200);
  expect(sandbox.records('contacts')).toHaveLength(records);
});

test('sends the body slowly', async () => {
  const { sandbox } = await startPortal();
  sandbox.faults.add({ action: { kind: 'slow-body', ms: 30 } });

  const response = await raw(sandbox, '/crm/v3/objects/contacts');

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ results: [] });
});

test('truncates the JSON of a response', async () => {
  const { client, sandbox } = await startPortal();
  sandbox.faults.add({ action: { kind: 'malformed-json' } });

  await expect(client.crm.contacts.batchApi.create(create)).rejects.toThrow(SyntaxError);
  expect(sandbox.records('contacts')).toHaveLength(1);
});

test('omits the content type, for which the SDK throws an error without a status', async () => {
  const { client, sandbox } = await startPortal();
  sandbox.faults.add({ action: { kind: 'no-content-type' } });

  const outcome: unknown = await client.crm.contacts.basicApi.getPage().catch((error: unknown) => error);

  expect(outcome).toBeInstanceOf(Error);
  expect(outcome).not.toHaveProperty('code');
});

test('reports success without executing the call', async () => {
  const { client, sandbox } = await startPortal();
  sandbox.faults.add({ action: { kind: 'silent-success' } });

  const answer = await client.crm.contacts.batchApi.create(create);

  expect(answer).toMatchObject({ status: 'COMPLETE', results: [] });
  expect(sandbox.records('contacts')).toEqual([]);
});

test('hits only matching calls, after the skipped ones, the given number of times', async () => {
  const { sandbox } = await startPortal();
  sandbox.faults.add({
    match: { method: 'POST', object: 'contacts', path: '/batch/', kind: 'batch-read' },
    skip: 1,
    times: 2,
    action: { kind: 'status', status: 503 },
  });
  const read = async (object: string) =>
    (await raw(sandbox, `/crm/v3/objects/${object}/batch/read`, { method: 'POST', body: '{"inputs":[{"id":"1"}]}' }))
      .status;

  const others = [(await raw(sandbox, '/crm/v3/objects/contacts')).status, await read('companies')];
  const hits = [await read('contacts'), await read('0-1'), await read('contact'), await read('contacts')];

  expect(others).toEqual([200, 207]);
  expect(hits).toEqual([207, 503, 503, 207]);
});

test('repeats a fault with times 0 until it is cleared', async () => {
  const { sandbox } = await startPortal();
  const status = async () => (await raw(sandbox, '/crm/v3/objects/contacts')).status;
  sandbox.faults.add({ times: 0, action: { kind: 'status', status: 500 } });

  const during = [await status(), await status(), await status()];
  sandbox.faults.clear();

  expect([...during, await status()]).toEqual([500, 500, 500, 200]);
});

test('refuses a fault that it does not know', async () => {
  const { sandbox } = await startPortal();

  expect(() => sandbox.faults.add({ action: { kind: 'explode' } } as never)).toThrow('unknown fault "explode"');
});
