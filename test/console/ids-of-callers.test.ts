import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ask, formTokenOf, signIn, startConsoleBridge } from './console-client.ts';

const apiKey = 'good-key-for-tests';
const waiting = { timeout: 30_000, interval: 100 };

const person = { email: 'ada.sought@example.com', phone: '+49 170 5550177' };

let running: Awaited<ReturnType<typeof startConsoleBridge>>;
let cookie: string;

const page = (path: string) => ask(`${running.adminUrl}${path}`, { headers: { cookie } });

async function send(requestId: string, path: string, contacts?: readonly object[]): Promise<void> {
  const headers = { 'x-api-key': apiKey, 'content-type': 'application/json', 'x-request-id': requestId };
  const body = contacts && { method: 'PUT', body: JSON.stringify({ contacts }) };
  await (await fetch(`${running.url}${path}`, { headers, ...body })).text();
}

beforeAll(async () => {
  running = await startConsoleBridge({ JOURNAL: 'on', CAPTURE: 'errors' });
  cookie = await signIn(running.adminUrl, running.consoleLink);
  await send('r1', '/tasks/999999999');
  await send('ids', '/contacts', [
    { crmId: 'abc', title: 'CEO' },
    { crmId: 'Canaria Vogelsang', title: 'CEO' },
  ]);
  await send('named', '/contacts', [
    { crmId: '101', externalId: 'lead-\u202efdp', email: person.email, phone: person.phone },
    { crmId: '102', externalId: '"quoted"', title: 'CEO' },
  ]);
  await send('users', '/users');
  for (let n = 0; n < 12; n += 1) await send(`r1${n}`, '/nothing/here');
  await vi.waitFor(
    async () => expect((await page('/console/requests')).text).toContain('/console/requests/r111'),
    waiting,
  );
});

afterAll(() => running.close());

test('a request is found by its whole id, however short and however many ids begin with it', async () => {
  const form = { 'form-token': formTokenOf(await page('/console/record')), name: 'r1' };
  const found = await ask(`${running.adminUrl}/console/record`, { headers: { cookie }, form });
  const { status, text } = await page('/console/requests/r1');

  expect(found.headers.location).toBe('/console/requests/r1');
  expect(status).toBe(200);
  expect(text).toContain('GET /tasks/:id 404');
});

test('a request of which a record failed is marked as failed, as in the list', async () => {
  const [list, one] = await Promise.all(['/console/requests', '/console/requests/named'].map(page));

  expect(list?.text).toContain('<span class="mark bad"><span aria-hidden="true">✕</span> 200</span>');
  expect(one?.text).toContain('<span class="mark bad"><span aria-hidden="true">✕</span> PUT /contacts 200</span>');
});

test('the page of a new request without a capture says that there is none yet', async () => {
  const { text } = await page('/console/requests/users');

  expect(text).toContain('GET /users 200');
  expect(text).toContain('There is no capture of this request yet.');
});

test.each([
  ` ${person.email.toUpperCase()} `,
  `mailto:${person.email}`,
  `MAILTO:${encodeURIComponent(person.email)}?subject=Hello`,
  `"${person.email}"`,
  `<${person.email}>`,
  `Ada Lovelace <${person.email}>`,
  `"Lovelace, Ada" <${person.email}>;`,
  `“${person.email}”`,
  ' tel:+49-170-5550177',
  `'${person.phone}'`,
  'tel:+49%20170%205550177;ext=7',
])('a search for %j finds the record', async (name) => {
  const form = { 'form-token': formTokenOf(await page('/console/record')), name };
  const { text } = await ask(`${running.adminUrl}/console/record`, { headers: { cookie }, form });

  expect(text).toContain('<bdi>lead-\\u202efdp</bdi>');
  expect((await page(`/console/requests?text=${encodeURIComponent(name)}`)).status).toBe(303);
});

test.each([
  ['R111', '/console/requests/r111'],
  ['"R111"', '/console/requests/r111'],
])('a search for %j finds the request, whose id is in lower case', async (name, location) => {
  const form = { 'form-token': formTokenOf(await page('/console/record')), name };
  const found = await ask(`${running.adminUrl}/console/record`, { headers: { cookie }, form });

  expect(found.headers.location).toBe(location);
});

test('a search for an id that contains quotes finds it', async () => {
  const form = { 'form-token': formTokenOf(await page('/console/record')), name: '"quoted"' };
  const { text } = await ask(`${running.adminUrl}/console/record`, { headers: { cookie }, form });

  expect(text).toContain('contact &quot;quoted&quot; ');
});

test('the list says how many calls a request made, and how long they waited', async () => {
  const { text } = await page('/console/requests?text=named');
  const [, row = ''] = /(<tr data-href="\/console\/requests\/named\?[\s\S]*?<\/tr>)/.exec(text) ?? [];
  const cell = (label: string) => Number(new RegExp(`data-label="${label}">(\\d+)<`).exec(row)?.[1]);

  expect(cell('Calls')).toBeGreaterThan(0);
  expect(cell('Waited, ms')).toBeGreaterThanOrEqual(0);
});

test('no character of an id changes the direction of the text around it', async () => {
  const { text } = await page('/console/requests/named');

  expect(text).toContain('<bdi>lead-\\u202efdp</bdi>');
  expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
});

test('a search for blanks shows the empty form, and does not mention the journal', async () => {
  const form = { 'form-token': formTokenOf(await page('/console/record')), name: '  ' };
  const { status, text } = await ask(`${running.adminUrl}/console/record`, { headers: { cookie }, form });

  expect(status).toBe(200);
  expect(text).toContain('id="search"');
  expect(text).not.toContain('No request has arrived');
});

test('a request id that reads as a phone number is in no address, and still finds its request', async () => {
  const phone = '0041791234567';
  await send(phone, '/tasks/999999999');
  await send('..', '/tasks/999999999');
  const list = await vi.waitFor(async () => {
    const { text } = await page('/console/requests');
    expect(text.match(/\/console\/requests\/~\?at=\d+/g)).toHaveLength(4);
    return text;
  }, waiting);
  const form = { 'form-token': formTokenOf(await page('/console/record')), name: phone };
  const found = await ask(`${running.adminUrl}/console/record`, { headers: { cookie }, form });
  const shown = await page(String(found.headers.location));
  const filtered = await page(`/console/requests?text=${phone}`);
  const withoutText = await page(String(filtered.headers.location));

  expect(found.headers.location).toMatch(/^\/console\/requests\/~\?at=\d+$/);
  expect(shown.text).toMatch(/<h1>Request at \d+<\/h1>[\s\S]*GET \/tasks\/:id 404/);
  for (const text of [list, shown.text, filtered.text, withoutText.text]) expect(text).not.toContain(phone);
  expect(withoutText.text).toContain('Ignored, because it could not be read: text. To find a person, use the page');
  expect((await page('/console/requests/~')).status).toBe(404);
});

test('only a HubSpot id links to a record, and a name is shown as a placeholder', async () => {
  const { text } = await page('/console/requests/ids');

  expect(text).toContain('abc');
  expect(text).toMatch(/\[name [0-9a-f]{6}\]/);
  expect(text).not.toContain('Vogelsang');
  expect(text).not.toContain('/console/data/contacts/');
});

test('an unknown task is not reported as a wrong base URL, and an unknown path is reported as one', async () => {
  const { text } = await page('/console/problems');
  const [, ofTask = ''] = /(GET \/tasks\/:id<[\s\S]*?<\/tr>)/.exec(text) ?? [];

  expect(ofTask).toContain('Task not found: HubSpot has no record with this id');
  expect(ofTask).not.toContain('BASE_PATH');
  expect(text).toMatch(/GET \(unknown path\)[\s\S]*BASE_PATH/);
});
