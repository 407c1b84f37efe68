import { expect, test } from 'vitest';
import { CrmRejectedError, CrmUnavailableError } from '../../src/errors.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';

const sync = { contacts: [{ externalId: 'lead-1', email: 'ada@example.com' }] };

test('returns 200 for the connection test when the key is valid', async () => {
  const app = await startApp(fakeCrm());

  const answer = await app.send('GET', '/health');

  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ status: 'ok' });
});

test('sends one CRM call for many connection tests', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);

  await app.send('GET', '/health');
  await app.send('GET', '/health');

  expect(crm.calls.filter(({ method }) => method === 'readAccount')).toHaveLength(1);
});

test.each([
  ['GET', '/health', undefined],
  ['POST', '/contacts/sync', sync],
  ['POST', '/contacts', sync],
  ['GET', '/nowhere', undefined],
])('rejects %s %s without a key or with a wrong one, before any other check', async (method, path, body) => {
  const crm = fakeCrm();
  const app = await startApp(crm);

  const without = await app.send(method, path, body, { 'x-api-key': '' });
  const wrong = await app.send(method, path, body, { 'x-api-key': 'bad' });

  expect([without.status, wrong.status]).toEqual([401, 401]);
  expect(wrong.body).toEqual({ error: 'Unauthorized', message: expect.any(String), requestId: expect.any(String) });
  expect(crm.calls).toEqual([]);
});

test('accepts each of several keys', async () => {
  const app = await startApp(fakeCrm());

  expect((await app.send('GET', '/health', undefined, { 'x-api-key': 'next-key-for-tests' })).status).toBe(200);
});

test('accepts the key in the configured header', async () => {
  const app = await startApp(fakeCrm(), { settings: { auth: { header: 'x-crm-key', keys: () => ['k'] } } });

  expect((await app.send('GET', '/health', undefined, { 'X-CRM-Key': 'k' })).status).toBe(200);
  expect((await app.send('GET', '/health', undefined, { 'x-api-key': 'k' })).status).toBe(401);
});

test('serves liveness and readiness without a key and without details', async () => {
  let isReady = true;
  const app = await startApp(fakeCrm(), { deps: { isReady: () => isReady } });

  const live = await app.send('GET', '/livez', undefined, { 'x-api-key': '' });
  const ready = await app.send('GET', '/readyz', undefined, { 'x-api-key': '' });
  isReady = false;
  const stopping = await app.send('GET', '/readyz');

  expect([live.status, ready.status, stopping.status]).toEqual([200, 200, 503]);
  expect([live.body, ready.body]).toEqual([{ status: 'ok' }, { status: 'ok' }]);
});

test('returns a JSON 404 for an unknown path, and a JSON 405 that names the allowed methods for a wrong one', async () => {
  const app = await startApp(fakeCrm());

  const nowhere = await app.send('GET', '/nowhere');
  const method = await app.send('DELETE', '/contacts');

  expect(nowhere.status).toBe(404);
  expect(nowhere.body.error).toBe('Not found');
  expect(method.status).toBe(405);
  expect(method.headers.get('allow')).toBe('POST, PUT');
});

test('refuses a body that is not declared as JSON with 415', async () => {
  const app = await startApp(fakeCrm());

  const answer = await app.send('POST', '/contacts', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' });

  expect(answer.status).toBe(415);
  expect(answer.body.error).toBe('Unsupported media type');
});

test('refuses broken JSON with 400 and does not quote it', async () => {
  const app = await startApp(fakeCrm());

  const answer = await app.send('POST', '/contacts', '{"contacts":[{"email":"secret@example.com"');

  expect(answer.status).toBe(400);
  expect(answer.body.error).toBe('Invalid JSON');
  expect(JSON.stringify(answer.body)).not.toContain('secret');
});

test('refuses a body over the limit with 413', async () => {
  const app = await startApp(fakeCrm(), { settings: { bodyLimits: { maxBytes: 1000 } } });

  const answer = await app.send('POST', '/contacts', { contacts: [{ externalId: 'x', bio: 'a'.repeat(2000) }] });

  expect(answer.status).toBe(413);
});

test.each([
  [{ contacts: [{ email: 'a@example.com' }] }, 'contacts[0].externalId'],
  [{ contacts: [{ externalId: [] }, { externalId: 7.5 }] }, 'contacts[0].externalId'],
  [{ contacts: [{ externalId: '' }] }, 'contacts[0].externalId'],
  [{ contacts: [null] }, 'contacts[0]'],
  [{ contacts: 'x' }, 'contacts'],
  [{}, 'contacts'],
  [[], 'body'],
])('names the place of a mistake in the body: %j → %s', async (body, place) => {
  const crm = fakeCrm();
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts/sync', body);

  expect(answer.status).toBe(400);
  expect(answer.body.message.split(' ')[0]).toBe(place);
  expect(crm.calls).toEqual([]);
});

test('lists the first twenty problems of a large body, not thousands', async () => {
  const app = await startApp(fakeCrm());

  const answer = await app.send('POST', '/contacts', { contacts: Array.from({ length: 500 }, () => ({})) });

  expect(answer.status).toBe(400);
  expect(answer.body.message).toMatch(
    /^contacts\[0\].externalId is missing; .*; contacts\[19\].externalId is missing; and more$/,
  );
});

test('returns 503 with Retry-After when the CRM is down, and never an empty list', async () => {
  const crm = fakeCrm();
  crm.failAlways('readBy', new CrmUnavailableError('HubSpot cannot be reached', { retryAfterSeconds: 7 }));
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts/sync', sync);

  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('7');
  expect(answer.body).not.toHaveProperty('results');
});

test('returns 502 when the CRM refuses the bridge, and names what is missing', async () => {
  const crm = fakeCrm();
  crm.failAlways('readAccount', new CrmRejectedError('The access token is not valid', { status: 401 }));
  const app = await startApp(crm);

  const answer = await app.send('GET', '/health');

  expect(answer.status).toBe(502);
  expect(answer.body.message).toContain('access token');
});

test('hides internal errors and names the request instead', async () => {
  const crm = fakeCrm();
  crm.failAlways('readAccount', new TypeError('secret detail'));
  const app = await startApp(crm);

  const answer = await app.send('GET', '/health', undefined, { 'x-request-id': 'call-42' });

  expect(answer.status).toBe(500);
  expect(answer.body.requestId).toBe('call-42');
  expect(JSON.stringify(answer.body)).not.toContain('secret detail');
  expect(app.log.entries).toContainEqual(expect.objectContaining({ level: 'error', requestId: 'call-42' }));
});

test("returns the caller's request id if it is safe, and its own otherwise", async () => {
  const app = await startApp(fakeCrm());

  const kept = await app.send('GET', '/health', undefined, { 'x-request-id': 'abc-1' });
  const replaced = await app.send('GET', '/health', undefined, { 'x-request-id': 'a b<c>' });

  expect(kept.headers.get('x-request-id')).toBe('abc-1');
  expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

test('logs one line per request with counts, and neither keys nor personal data', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '5', properties: { email: 'ada@example.com' } });
  const app = await startApp(crm);

  await app.send('POST', '/contacts/sync?trace=ada@example.com', sync, { 'x-request-id': 'one' });

  const lines = app.log.entries.filter(({ msg }) => msg === 'answered');
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines[0]).match(/"status":/g)).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    requestId: 'one',
    method: 'POST',
    route: '/contacts/sync',
    status: 200,
    matched: 1,
  });
  expect(app.log.text()).not.toContain('good-key-for-tests');
  expect(app.log.text()).not.toContain('ada@example.com');
});

test('values that do not look like ids are not logged', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '5', properties: { email: 'ada@example.com' } });
  crm.put('contacts', { id: '6', properties: { email: 'ada@example.com' } });
  const app = await startApp(crm);

  await app.send('POST', '/contacts/sync', {
    contacts: [
      { externalId: 'ada@example.org', email: 'ada@example.com' },
      { externalId: 'Ada Lovelace', email: 'eve@example.com' },
    ],
  });
  await app.send('PUT', '/contacts', { contacts: [{ crmId: 'ada@example.org', firstName: 'Ada' }] });
  await app.send('POST', '/contacts', { contacts: [{ externalId: 'ada@example.org' }] });

  expect(app.log.entries).toContainEqual(expect.objectContaining({ externalId: '(not logged)' }));
  expect(app.log.text()).not.toMatch(/ada@|Lovelace/);
});

test('keys such as __proto__ are harmless at any depth', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);
  const body = `{"contacts":[{"externalId":"a","firstName":"Ada","__proto__":{"polluted":"yes"},
    "customFields":{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}}],"__proto__":{"polluted":"yes"}}`;

  const answer = await app.send('POST', '/contacts', body);

  expect(answer.status).toBe(201);
  expect(answer.body.results).toHaveLength(1);
  expect(({} as { polluted?: string }).polluted).toBeUndefined();
});
