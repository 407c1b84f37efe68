import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConsoleSources } from '../../src/console/console-sources.ts';
import { createScreens } from '../../src/console/screens/screen-table.ts';
import { ask, formTokenOf, signIn, startConsoleBridge } from './console-client.ts';

let running: Awaited<ReturnType<typeof startConsoleBridge>>;
let cookie: string;
let token: string;

beforeAll(async () => {
  running = await startConsoleBridge({ JOURNAL: 'on' });
  cookie = await signIn(running.adminUrl, running.consoleLink);
  token = formTokenOf(await page('/console/record'));
});

afterAll(() => running.close());

const page = (path: string) => ask(`${running.adminUrl}${path}`, { headers: { cookie } });
const post = (path: string, form: Readonly<Record<string, string>>) =>
  ask(`${running.adminUrl}${path}`, { headers: { cookie }, form: { 'form-token': token, ...form } });

test.each([
  ['/console/mapping?name=nosuch', 404, 'There is no mapping file with this name.'],
  ['/console/mapping/compare?file=../../..', 404, 'There is no mapping file with this name.'],
  ['/console/mapping/compare?file=', 404, 'There is no mapping file with this name.'],
  ['/console/mapping/compare?job=nosuch', 404, 'no longer kept'],
  ['/console/mapping/compare?job=nosuch&open=-1', 400, 'Not understood: open.'],
  ['/console/problems?since=-1h', 400, 'Not understood: since.'],
  ['/console/problems?since=1h&since=9y', 400, 'Not understood: since.'],
  ['/console/problems/0a1b?since=9y', 400, 'Not understood: since.'],
  ['/console/problems/0a1b?job=nosuch', 404, 'did not occur in the selected period'],
  ['/console/requests?since=-1h', 400, 'Ignored, because it could not be read: since.'],
  ['/console/requests?since=2026-02-31T10:00', 400, 'Ignored, because it could not be read: since.'],
  ['/console/requests?status=9xx&outcome=zzz', 400, 'Ignored, because it could not be read: status, outcome.'],
  ['/console/requests?before=-1', 400, 'Ignored, because it could not be read: before.'],
  ['/console/requests?until=yesterday&reason=zzz', 400, 'Ignored, because it could not be read: until, reason.'],
  ['/console/requests/r1?at=-1', 400, 'Not understood: at.'],
  ['/console/data?after=zzz', 400, 'Not understood: after.'],
  ['/console/data/zzz', 404, 'no such record'],
  ['/console/data/contacts/zzz', 404, 'no such record'],
])('%s is answered with %i', async (path, status, words) => {
  const answer = await page(path);

  expect(answer.status).toBe(status);
  expect(answer.text).toContain(words);
});

test.each([
  ['/console/requests/r1/replay', { mapping: 'zzz' }, 'mapping'],
  ['/console/requests/r1/replay', { at: '1e3' }, 'at'],
  ['/console/mapping/try', { object: 'zzz', text: 'externalId=a' }, 'object'],
  ['/console/record/explain', { object: 'zzz', id: '101' }, 'object'],
  ['/console/problems/0a1b/ignore', { since: 'zzz' }, 'since'],
  ['/console/theme', { theme: 'zzz' }, 'theme'],
])('a form for %s with %j is answered 400', async (path, form, name) => {
  const answer = await post(path, form);

  expect(answer.status).toBe(400);
  expect(answer.text).toContain(`Not understood: ${name}.`);
});

/** Stands for every dependency: screens are built, and only their parameters are read. */
const anything: unknown = new Proxy(() => anything, { get: () => anything });

test('every parameter that a screen describes is checked, and an empty one counts as absent', async () => {
  const screens = createScreens(anything as ConsoleSources).filter(({ query }) => query !== undefined);

  expect(screens.length).toBeGreaterThan(3);
  for (const { path, query = {} } of screens) {
    for (const name of Object.keys(query)) {
      const own = path.replaceAll(/:[a-z]+/g, 'contacts');
      expect([path, name, (await page(`${own}?${name}=%00zzz`)).status]).toEqual([path, name, 400]);
      expect([path, name, (await page(`${own}?${name}=`)).status]).not.toEqual([path, name, 400]);
    }
  }
});

test('the filter of requests offers the endpoints that exist, by the names of the journal', async () => {
  const { text } = await page('/console/requests');
  const [, options = ''] = /<select name="route">(.*?)<\/select>/s.exec(text) ?? [];
  const routes = [...options.matchAll(/<option[^>]*>([^<]*)</g)].map(([, route]) => route);

  expect(routes).toEqual(
    expect.arrayContaining(['PATCH /tasks/:id', 'POST /tasks/batch', 'GET /users', 'PUT /contacts']),
  );
  expect(routes).not.toContain('PUT /tasks');
});
