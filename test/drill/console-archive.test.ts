import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readRegression } from '../../src/capture/replay/regression.ts';
import { sendTo } from '../support/start-app.ts';
import { ask, type ConsoleAnswer, formTokenOf, signIn, startConsoleBridge } from '../console/console-client.ts';

/** Values that must be on no page, unless a person with the right asks for them. */
const canaries = {
  email: 'zqcanary@zqdomain.com',
  phone: '+49 170 5550142',
  newPhone: '+49 170 5550143',
  profile: 'https://www.linkedin.com/in/zqcanary-profile',
  firstName: 'Zqfirstname',
  title: 'Zqtitle of the House',
} as const;
const key = 'good-key-for-tests';

type Running = Awaited<ReturnType<typeof startConsoleBridge>>;
let running: Running;
let cookie: string;
let crmId: string;

const get = (path: string, at = running, session = cookie) =>
  ask(`${at.adminUrl}${path}`, { headers: { cookie: session } });

/** Posts a form of a page, with the token that the page carries. */
async function post(page: string, action: string, form: Readonly<Record<string, string>> = {}): Promise<ConsoleAnswer> {
  const token = formTokenOf(await get(page));
  return await ask(`${running.adminUrl}${action}`, { headers: { cookie }, form: { 'form-token': token, ...form } });
}

const send = (method: string, path: string, body: unknown, id: string) =>
  sendTo(running.url, method, path, body, { 'x-request-id': id });

beforeAll(async () => {
  running = await startConsoleBridge({ JOURNAL: 'on', CAPTURE: 'all' });
  cookie = await signIn(running.adminUrl, running.consoleLink);
  const { email, phone, newPhone, profile, firstName, title } = canaries;
  const person = { externalId: 'lead-7', email, phone, linkedinUrl: profile, firstName };
  const created = await send('POST', '/contacts', { contacts: [person] }, 'create-1');
  crmId = created.body.results[0].crmId;
  await send(
    'POST',
    '/contacts/sync',
    { contacts: [person, { externalId: 'lead-8', email: 'b@zqdomain.com' }] },
    'sync-1',
  );
  await send('PUT', '/contacts', { contacts: [{ crmId, phone: newPhone, title }] }, 'update-1');
  await send('PUT', '/contacts', { contacts: [{ crmId: '999999999', title }] }, 'update-2');
  await send(
    'POST',
    '/activities',
    { type: 'EMAIL', direction: 'INBOUND', subject: 'Hello', contactId: crmId },
    'mail-1',
  );
  await send('POST', '/tasks', { subject: 'Call', contactId: crmId, dueDate: '2026-12-01' }, 'task-1');
  await send('POST', '/contacts', { contacts: 'none' }, 'wrong-1');
  // The threads write a moment later.
  await vi.waitFor(
    async () => {
      const { text } = await get('/console/requests');
      expect(text).toContain('wrong-1');
      for (const id of ['create-1', 'sync-1', 'update-1', 'update-2', 'mail-1', 'task-1']) {
        expect((await get(`/console/requests/${id}`)).text).not.toContain('There is no capture');
      }
    },
    { timeout: 60_000, interval: 200 },
  );
}, 90_000);

afterAll(() => running.close());

/** The text of a page without its markup. */
const plain = ({ text }: ConsoleAnswer) =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/&quot;/g, '"')
    .replace(/\s+/g, ' ');

function idsOn({ text }: ConsoleAnswer): string[] {
  return [...text.matchAll(/<tr data-href="\/console\/requests\/([\w-]+)/g)].map(([, id]) => id ?? '');
}

test.each([
  ['', ['wrong-1', 'task-1', 'mail-1', 'update-2', 'update-1', 'sync-1', 'create-1']],
  ['?status=4xx', ['wrong-1']],
  ['?route=PUT+%2Fcontacts', ['update-2', 'update-1']],
  ['?outcome=failed', ['update-2']],
  ['?reason=if-empty', ['update-1']],
  ['?text=jobtitle', ['update-1']],
  ['?text=update', ['update-2', 'update-1']],
  ['?text=lead-7', ['sync-1', 'create-1']],
  ['?since=1h&outcome=created', ['task-1', 'mail-1', 'create-1']],
  ['?until=2020-01-01', []],
])('the list of requests %s', async (query, ids) => {
  expect(idsOn(await get(`/console/requests${query}`))).toEqual(ids);
});

test('a row without a failure shows which outcomes the records had', async () => {
  const list = await get('/console/requests');
  const rowOf = (id: string) => list.text.split('<tr ').find((row) => row.includes(`/requests/${id}?`)) ?? '';

  expect(rowOf('sync-1')).toContain('1 matched, 1 not found');
  expect(rowOf('create-1')).toContain('1 created');
});

test('a row of the list shows why, and filters that cannot be read are named', async () => {
  const list = plain(await get('/console/requests'));
  const odd = plain(await get('/console/requests?status=9xx&since=whenever&outcome=exploded'));

  expect(list).toContain('phone: HubSpot already has a value, and the row says overwrite: if_empty');
  expect(list).toContain('HubSpot has no record with this id');
  expect(odd).toContain('Ignored, because it could not be read: since, status, outcome');
  for (const value of [canaries.email, canaries.phone, canaries.profile]) {
    const sent = await get(`/console/requests?route=PUT&text=${encodeURIComponent(value)}`);
    expect([sent.status, sent.headers.location]).toEqual([303, '/console/requests?route=PUT&omitted=text']);
    const person = await get(String(sent.headers.location));
    expect(plain(person)).toContain(
      'Ignored, because it could not be read: text. To find a person, use the page Record',
    );
    expect(person.text).not.toContain(value);
  }
});

test('a request shows what was sent, the calls with their times, and what was held back', async () => {
  const page = await get('/console/requests/update-1');

  expect(page.text).toMatch(/<svg class="waterfall"[\s\S]*<rect class="took"/);
  const text = plain(page);
  expect(text).toContain('update contacts, 1 record');
  expect(text).toContain('Enginy sent { "contacts": [');
  expect(text).toContain('Personal data is replaced by placeholders');
  expect(text).toContain('Wrote jobtitle');
  expect(text).toContain('to replace the value, set overwrite: always in');
  expect(text).toContain('curl -X PUT "$BRIDGE"\'/contacts\'');
  expect(text).toContain('Personal data is replaced by placeholders, and a bridge would write them unchanged.');
  expect((await get('/console/requests/no-such-request')).status).toBe(404);
});

test('a request is replayed offline, and becomes a regression test', async () => {
  const path = '/console/requests/update-1';
  const replayed = plain(await post(path, `${path}/replay`, { mapping: 'today' }));
  const saved = await post(path, `${path}/regression`);

  expect(replayed).toContain('The same as in the capture');
  expect(saved.headers['content-disposition']).toMatch(/^attachment; filename="?put-contacts-\d+\.json"?/);
  const file = join(mkdtempSync(join(running.folder, 'saved-')), 'regression.json');
  writeFileSync(file, saved.text);
  expect(readRegression(file)).toMatchObject({ expected: [], capture: { requestId: 'update-1' } });
});

test('a request is replayed with one mapping file pasted, and its errors are named', async () => {
  const path = '/console/requests/update-1';
  const text = sourceOn(await get('/console/mapping/compare')).replaceAll('\n', '\r\n');
  const form = (edit: string) => ({ mapping: 'edited', file: 'contacts.yaml', text: edit });
  const same = await post(path, `${path}/replay`, form(text));
  const other = await post(path, `${path}/replay`, form(text.replace('crm: jobtitle', 'crm: enginy_title')));
  const faulty = await post(path, `${path}/replay`, form(text.replace('crm: jobtitle', 'crmm: jobtitle')));

  const elsewhere = await post(path, `${path}/replay`, { ...form(text), file: '../passwd' });
  expect([elsewhere.status, plain(elsewhere)]).toEqual([409, expect.stringContaining('must end in .yaml')]);
  expect(plain(same)).toContain('Replayed offline with the current mapping files and the pasted contacts.yaml');
  expect(plain(same)).toContain('The same as in the capture');
  expect(plain(other)).toContain('Different from the capture');
  expect(plain(other)).toContain('enginy_title');
  expect([faulty.status, plain(faulty)]).toEqual([
    409,
    expect.stringMatching(/It could not be replayed: the file has errors: contacts\.yaml:\d+:\d+ /),
  ]);
});

test.each([
  ['an email address', canaries.email.toUpperCase()],
  ['a phone number', '0170 / 555 01 42'],
  ['a profile', 'linkedin.com/in/ZQcanary-profile/'],
])('%s leads to the reason why a phone number was not updated, and is in no answer', async (_kind, name) => {
  const found = await post('/console/record', '/console/record', { name });

  expect(found.status).toBe(200);
  expect(plain(found)).toContain('phone: HubSpot already has a value, and the row says overwrite: if_empty');
  expect(found.text).toContain(`/console/data/contacts/${crmId}`);
  expect(found.text.toLowerCase()).not.toContain(name.toLowerCase());
});

test.each([
  ['lead-7', '/console/record/lead-7'],
  ['create-1', '/console/requests/create-1'],
])('%s has a permanent address', async (name, address) => {
  const found = await post('/console/record', '/console/record', { name });

  expect([found.status, found.headers.location]).toEqual([303, address]);
  expect((await get(address)).status).toBe(200);
});

test('the page for an unknown name says how far the journal goes back', async () => {
  const { text } = await post('/console/record', '/console/record', { name: 'nobody@zqdomain.com' });

  expect(text).toContain('The journal has no entry for this name. It goes back to');
});

test('a record is explained as HubSpot has it now', async () => {
  const text = plain(await post('/console/record', '/console/record/explain', { object: 'contacts', id: crmId }));

  expect(text).toMatch(/Record \d+ matches by \w+/);
  expect(text).toContain(canaries.email);
});

test('problems are grouped by cause, with what to do, and their requests are replayed together', async () => {
  const list = await get('/console/problems');
  expect(plain(list)).toContain('HubSpot has no record with this id: it was deleted, or belongs to another account');
  expect(plain(list)).toContain('the request does not follow the contract');
  expect(list.text).toContain('<svg class="trend" role="img"');
  const path = /href="(\/console\/problems\/[0-9a-f]+)\?since=24h">HubSpot has no record/.exec(list.text)?.[1] ?? '';

  expect(plain(await get(path))).toContain('1 of 1 requests can be replayed');
  const started = await post(path, `${path}/replay`, { since: '24h' });
  await vi.waitFor(
    async () => {
      const text = plain(await get(String(started.headers.location)));
      expect(text).toContain('1 of 1 could be replayed; with the current mapping files, 0 would succeed');
    },
    { timeout: 60_000 },
  );
});

test('a problem of requests that failed as a whole lists them, and they are replayed', async () => {
  const list = await get('/console/problems');
  const path = /href="(\/console\/problems\/[0-9a-f]+)\?since=24h">400 Invalid request/.exec(list.text)?.[1] ?? '';
  const page = await get(path);

  expect(plain(page)).toContain('1 request, first');
  expect(idsOn(page)).toEqual(['wrong-1']);
  expect(plain(page)).toContain('1 of 1 requests can be replayed');
});

test('the mapping files are shown with their findings, compared with HubSpot, and with fields that have no row', async () => {
  const before = plain(await get('/console/mapping'));
  await post('/console/mapping', '/console/mapping/check');
  const after = plain(await get('/console/mapping'));

  expect(before).toMatch(/contacts\.yaml ?: ✓ no findings/);
  expect(before).toContain('Not compared with the properties of HubSpot');
  expect(after).toContain('contacts.yaml, contacts');
  expect(after).toMatch(/write title jobtitle Job Title/);
  const withText = await get('/console/mapping?name=companies.yaml');
  expect(plain(withText)).toMatch(/ 1 +# .* 12 /);
  expect(withText.text.length).toBeLessThan(60_000);
});

test.each([
  ['email=ADA@Example.com\ntitle=Engineer', /email ADA@Example\.com, email → ada@example\.com/],
  ['{"contacts":[{"externalId":"a","phone":"0170 5550142"}]}', /A create would send/],
  ['email ada', /Line 1 is not field=value/],
  ['{"email"', /The text is not JSON/],
])('a record is tried: %s', async (text, said) => {
  expect(plain(await post('/console/mapping/try', '/console/mapping/try', { object: 'contacts', text }))).toMatch(said);
});

/** The text in the editor of a page. */
function sourceOn({ text }: ConsoleAnswer): string {
  const [, source = ''] = /<textarea[^>]*>\n([\s\S]*)<\/textarea>/.exec(text) ?? [];
  const marks = { '&#39;': "'", '&quot;': '"', '&lt;': '<', '&gt;': '>', '&#96;': '`', '&amp;': '&' };
  return source.replace(/&(?:#39|quot|lt|gt|#96|amp);/g, (mark) => marks[mark as keyof typeof marks]);
}

async function edited(change: (text: string) => string) {
  const text = change(sourceOn(await get('/console/mapping/compare')));
  return await post('/console/mapping/compare', '/console/mapping/compare', { file: 'contacts.yaml', text });
}

test('an edited file is checked, and its effect on captured requests is shown in groups', async () => {
  const faulty = await edited((text) => text.replace('crm: jobtitle', 'crmm: jobtitle'));
  expect(plain(faulty)).toMatch(/[1-9] errors/);

  const started = await edited((text) => text.replace('crm: jobtitle', 'crm: enginy_title'));
  expect(started.status).toBe(303);
  await vi.waitFor(
    async () => {
      const text = plain(await get(String(started.headers.location)));
      expect(text).toMatch(/Compared with the current mapping files: \d+ the same · 2 differ /);
      expect(text).toContain('PUT /contacts: update of contacts: enginy_title, jobtitle differ');
    },
    { timeout: 60_000 },
  );
});

test('the data of the embedded CRM is shown with what is associated', async () => {
  const list = plain(await get('/console/data/contacts'));
  const record = plain(await get(`/console/data/contacts/${crmId}`));

  expect(list).toContain(canaries.email);
  expect(record).toContain('Associated emails');
  expect(record).toMatch(/inbound Hello/);
  expect(record).toContain('Associated tasks');
});

test('no event contains what people sent', async () => {
  const answer = await fetch(`${running.adminUrl}/console/events?screen=/console/requests`, { headers: { cookie } });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  await send('PUT', '/contacts', { contacts: [{ crmId, title: canaries.title, email: canaries.email }] }, 'event-1');
  let text = '';
  while (!text.includes('event: counts')) text += (await reader?.read())?.value ?? '';
  await reader?.cancel();

  for (const value of [...Object.values(canaries), key]) expect(text).not.toContain(value);
});

/** The effects of an edit are shown without values, too. */
async function keepsEffectsHidden(keeping: Running, session: string): Promise<void> {
  const path = '/console/mapping/compare';
  const page = await get(path, keeping, session);
  const form = {
    'form-token': formTokenOf(page),
    file: 'contacts.yaml',
    text: sourceOn(page).replaceAll('firstname', 'nickname'),
  };
  const { headers } = await ask(`${keeping.adminUrl}${path}`, { headers: { cookie: session }, form });
  const compared = await vi.waitFor(
    async () => {
      const job = await get(String(headers.location), keeping, session);
      expect(plain(job)).toMatch(/Compared with the current mapping files: \d+ the same · 1 differ /);
      return job;
    },
    { timeout: 60_000 },
  );
  expect(plain(compared)).toContain('create of contacts: firstname, nickname differ');
  expect(compared.text).not.toContain(canaries.firstName);
}

test('values that captures keep are hidden until an operator asks for those of one request, which is logged', async () => {
  const keeping = await startConsoleBridge({ JOURNAL: 'on', CAPTURE: 'all', CAPTURE_PERSONAL_DATA: 'keep' });
  try {
    const session = await signIn(keeping.adminUrl, keeping.consoleLink);
    const contact = { externalId: 'lead-7', email: canaries.email, firstName: canaries.firstName };
    await sendTo(keeping.url, 'POST', '/contacts', { contacts: [contact] }, { 'x-request-id': 'kept-1' });
    const path = '/console/requests/kept-1';
    const hidden = await vi.waitFor(
      async () => {
        const page = await get(path, keeping, session);
        expect(page.text).toContain('it is hidden');
        return page;
      },
      { timeout: 60_000 },
    );
    const submit = (action: string) =>
      ask(`${keeping.adminUrl}${path}/${action}`, {
        headers: { cookie: session },
        form: { 'form-token': formTokenOf(hidden) },
      });
    await keepsEffectsHidden(keeping, session);
    const [replayed, regression, shown] = [await submit('replay'), await submit('regression'), await submit('values')];

    for (const { text } of [hidden, replayed, regression]) {
      expect(text).not.toContain(canaries.firstName);
      expect(text).not.toContain(canaries.email);
    }
    expect(hidden.text).toContain('create contacts, 1 record');
    expect(plain(regression)).toContain(
      'It cannot be saved as a regression test: it contains personal data, so it must not become part of a project.',
    );
    expect(regression.headers['content-disposition']).toBeUndefined();
    expect([replayed, regression, shown].map(({ status }) => status)).toEqual([200, 409, 200]);
    const audited = keeping.log.entries.filter(({ msg }) => msg === 'console action');
    expect(audited.map(({ action, result, subject }) => [action, result, subject]).slice(-3)).toEqual([
      ['/console/requests/:id/replay', 'done', 'kept-1'],
      ['/console/requests/:id/regression', 'failed', 'kept-1'],
      ['/console/requests/:id/values', 'done', 'kept-1'],
    ]);
    expect(plain(shown)).toContain(canaries.firstName);
    expect(plain(shown)).toContain('this was logged');
    expect(keeping.log.text()).toContain('/console/requests/:id/values');
    expect(keeping.log.text()).not.toContain(canaries.firstName);
  } finally {
    await keeping.close();
  }
});

test('no page or download contains personal data, and no page is large', async () => {
  const paths = [
    '/console/requests',
    '/console/problems',
    '/console/record/lead-7',
    `/console/record/${crmId}`,
    '/console/mapping',
    '/console/mapping/try',
    '/console/mapping/compare',
    ...['create-1', 'sync-1', 'update-1', 'update-2', 'mail-1', 'task-1', 'wrong-1'].map(
      (id) => `/console/requests/${id}`,
    ),
  ];
  const pages = await Promise.all(paths.map(async (path) => [path, await get(path)] as const));
  const saved = await post('/console/requests/create-1', '/console/requests/create-1/regression');
  const texts = [...pages.map(([path, { text }]) => [path, text] as const), ['regression', saved.text] as const];

  for (const [path, text] of texts) {
    for (const value of [...Object.values(canaries), '5550142', 'zqcanary', key, running.consoleLink]) {
      expect(text.toLowerCase().includes(value.toLowerCase()), `${value} in ${path}`).toBe(false);
    }
  }
  for (const [path, { status, text }] of pages) {
    expect([path, status]).toEqual([path, 200]);
    expect(text.length, path).toBeLessThan(60_000);
  }
  expect(running.log.text().toLowerCase()).not.toContain('zqcanary');
});
