import { expect, test, vi } from 'vitest';
import { raw, startPortal, type TestPortal } from './conformance/portal.ts';

async function admin({ sandbox }: TestPortal, call: string, body?: unknown) {
  const [method = '', path = ''] = call.split(' ');
  const response = await fetch(`${sandbox.url}/__sandbox${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

test('logs requests with what they carried and counts them', async () => {
  const portal = await startPortal();

  await portal.client.crm.contacts.batchApi.create({ inputs: [{ properties: { firstname: 'A' }, associations: [] }] });
  const { body } = await admin(portal, 'GET /log');
  const counters = await admin(portal, 'GET /counters');

  expect(body.entries).toMatchObject([
    {
      number: 1,
      method: 'POST',
      path: '/crm/v3/objects/contacts/batch/create',
      kind: 'batch-create',
      object: 'contacts',
      inputs: 1,
      status: 201,
      body: { inputs: [{ properties: { firstname: 'A' } }] },
    },
  ]);
  expect(counters.body).toMatchObject({
    calls: 1,
    byKind: { 'batch-create': 1 },
    byStatus: { '201': 1 },
    rateLimited: 0,
  });
  expect(JSON.parse(JSON.stringify(portal.sandbox.log))).toEqual(body.entries);
});

test('clears the log on request', async () => {
  const portal = await startPortal();
  await raw(portal.sandbox, '/crm/v3/owners');

  await admin(portal, 'DELETE /log');

  expect(portal.sandbox.log).toEqual([]);
  expect(portal.sandbox.counters.calls).toBe(0);
});

test('keeps the latest entries and counts all requests', async () => {
  const portal = await startPortal({ logSize: 2 });

  for (let n = 0; n < 5; n++) await raw(portal.sandbox, '/crm/v3/owners');

  expect(portal.sandbox.log.map(({ number }) => number)).toEqual([4, 5]);
  expect(portal.sandbox.counters.calls).toBe(5);
});

test('counts the calls that run at once', async () => {
  const { sandbox } = await startPortal({ latency: 5000 });
  const aborted = new AbortController();

  const calls = Promise.allSettled([1, 2, 3].map(() => raw(sandbox, '/crm/v3/owners', { signal: aborted.signal })));
  await vi.waitFor(() => expect(sandbox.counters.maxConcurrent).toBe(3), { timeout: 60_000 });
  aborted.abort();

  expect((await calls).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
});

test('arms and clears faults over HTTP', async () => {
  const portal = await startPortal();

  const armed = await admin(portal, 'POST /faults', {
    match: { kind: 'owners' },
    action: { kind: 'status', status: 503 },
  });
  const hit = await raw(portal.sandbox, '/crm/v3/owners');
  await admin(portal, 'POST /faults', { action: { kind: 'reset' } });
  await admin(portal, 'DELETE /faults');
  const unknown = await admin(portal, 'POST /faults', { action: { kind: 'explode' } });

  expect([armed.status, hit.status, unknown.status]).toEqual([201, 503, 400]);
  expect((await raw(portal.sandbox, '/crm/v3/owners')).status).toBe(200);
});

test('changes switches over HTTP and refuses choices that do not exist', async () => {
  const portal = await startPortal();

  const changed = await admin(portal, 'PATCH /switches', { traceIdEcho: 'echo' });
  const wrongChoice = await admin(portal, 'PATCH /switches', { traceIdEcho: 'maybe' });
  const wrongName = await admin(portal, 'PATCH /switches', { nope: 'x' });

  expect(changed.body.switches.traceIdEcho).toBe('echo');
  expect(wrongChoice).toMatchObject({
    status: 400,
    body: { message: 'switch "traceIdEcho" must be one of omit, echo' },
  });
  expect(wrongName).toMatchObject({ status: 400, body: { message: 'unknown switch "nope"' } });
});

test('seeds, merges and resets over HTTP', async () => {
  const portal = await startPortal();

  const seeded = await admin(portal, 'POST /seed', {
    contacts: [{ properties: { firstname: 'A' } }, { properties: { firstname: 'B' } }],
  });
  const [primaryObjectId, objectIdToMerge] = seeded.body.contacts;
  const merged = await admin(portal, 'POST /merge', { objectType: 'contacts', primaryObjectId, objectIdToMerge });
  const left = portal.sandbox.records('contacts').length;
  await admin(portal, 'POST /reset');

  expect(merged.body).toEqual({ id: primaryObjectId });
  expect(left).toBe(1);
  expect(portal.sandbox.records('contacts')).toEqual([]);
});

test('moves the clock forward and never back', async () => {
  const portal = await startPortal({ now: () => Date.parse('2026-05-01T12:00:00Z') });

  const moved = await admin(portal, 'POST /clock', { advanceMs: 1500 });
  const back = await admin(portal, 'POST /clock', { advanceMs: -1 });

  expect(moved.body).toEqual({ now: '2026-05-01T12:00:01.500Z' });
  expect(back.status).toBe(400);
});

test('waits by kind of call', async () => {
  const portal = await startPortal();

  const all = await admin(portal, 'PUT /latency', { minMs: 1, maxMs: 2 });
  const set = await admin(portal, 'PUT /latency', { owners: 15, search: { minMs: 5, maxMs: 9 } });
  const answer = await raw(portal.sandbox, '/crm/v3/owners');

  expect(all.body).toEqual({ latency: { minMs: 1, maxMs: 2 } });
  expect(set.body).toEqual({ latency: { owners: 15, search: { minMs: 5, maxMs: 9 } } });
  expect(answer.status).toBe(200);
});

test('lists its calls in the 404 for an unknown one', async () => {
  const portal = await startPortal();

  const home = await admin(portal, 'GET ');
  const unknown = await admin(portal, 'GET /nope');

  expect(home.body.calls).toContain('POST /__sandbox/faults');
  expect(unknown).toMatchObject({ status: 404, body: { calls: home.body.calls } });
});
