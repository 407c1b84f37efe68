import { request } from 'node:http';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

/** Sends the target as it is: fetch would change it. @returns status and `error`. */
async function statusOf(url: string, target: string, body?: object): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const headers = { 'x-api-key': 'good-key-for-tests', 'content-type': 'application/json' };
  const sent = request(url, { method: body === undefined ? 'GET' : 'POST', path: target, headers }, (response) => {
    response.resume();
    resolve(response.statusCode);
  });
  sent.once('error', reject);
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return await promise;
}

const find = { contacts: [{ externalId: 'lead-1', email: 'ada@example.com' }] };

test.each([
  [
    '',
    [
      '/health',
      '//health',
      '///health',
      '/health/',
      '//health//',
      '/health?x=1',
      '//health?x=//y',
      '/livez',
      '//readyz',
    ],
  ],
  [
    '/enginy',
    ['/enginy/health', '/enginy//health', '//enginy/health/', '/Enginy/health', '/health', '//health', '/enginy/livez'],
  ],
  ['/a/b', ['/a/b/health', '/a//b//health', '/a/b/readyz', '/health']],
])('a bridge with the base path "%s" serves every spelling of its base URL', async (basePath, targets) => {
  const { url } = await startApp(fakeCrm(), { settings: { basePath } });

  const statuses = await Promise.all(targets.map((target) => statusOf(url, target)));
  const synced = await Promise.all(
    [`${basePath}/contacts/sync`, `${basePath}//contacts//sync`, `/${basePath}/contacts/sync/`].map((target) =>
      statusOf(url, target, find),
    ),
  );

  expect(statuses).toEqual(targets.map(() => 200));
  expect(synced).toEqual([200, 200, 200]);
});

test.each([
  ['', ['/enginy/health', '/', '//', '/%2Fhealth', '/healthz']],
  [
    '/enginy',
    ['/enginyx/health', '/enginy', '/enginy/', '/x/enginy/health', '/enginy/enginy/health', '/enginy?/health'],
  ],
])('a bridge with the base path "%s" serves no other path', async (basePath, targets) => {
  const { url } = await startApp(fakeCrm(), { settings: { basePath } });

  const statuses = await Promise.all(targets.map((target) => statusOf(url, target)));

  expect(statuses).toEqual(targets.map(() => 404));
});

test.each([
  [undefined, ''],
  ['/', ''],
  ['enginy', '/enginy'],
  ['/enginy/', '/enginy'],
  ['//a//b//', '/a/b'],
])('BASE_PATH=%s is "%s"', (given, basePath) => {
  expect(loadConfig({ SANDBOX: 'true', ...(given !== undefined && { BASE_PATH: given }) }).basePath).toBe(basePath);
});

test.each(['/a b', 'https://x/y', '/ü', '/a?b', '/%20', '/a#b', '/{{id}}'])('BASE_PATH=%s is refused', (given) => {
  expect(() => loadConfig({ SANDBOX: 'true', BASE_PATH: given })).toThrow(/BASE_PATH must be a path/);
});

test('BASE_PATH reaches the routes, and the log has the route', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm, { BASE_PATH: 'enginy/', LOG_LEVEL: 'info' });

  const status = await statusOf(bridge.url, '/enginy//users');

  expect(status).toBe(200);
  expect(bridge.log.entries.find(({ route }) => route !== undefined)).toMatchObject({ route: '/users', status: 200 });
});
