import { get } from 'node:http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CaptureSchema } from '../../src/capture/capture-schema.ts';
import { capturedMappings } from '../../src/capture/replay/regression.ts';
import { replayCapture } from '../../src/capture/replay/replay-capture.ts';
import type { ConsoleSources } from '../../src/console/console-sources.ts';
import { createScreens } from '../../src/console/screens/screen-table.ts';
import { runCommand } from '../cli/run-command.ts';
import { ask, formTokenOf, signIn, startConsoleBridge } from './console-client.ts';

const secrets = {
  API_KEY: 'canary-of-the-api-key',
  CAPTURE_SECRET: 'canary-of-the-capture-secret',
  STATE_SECRET: 'canary-of-the-state-secret',
  ENGINY_API_KEY: 'canary-of-enginys-key',
};
/** What people are called in requests. */
const person = {
  email: 'canary.person@example.org',
  firstName: 'Canaria',
  lastName: 'Vogelsang',
  phone: '+49 30 1234567',
};

/** Ids that some callers use: they say as much as the values. */
const personalIds = ['Canary.Id@example.org', '+49 170 5550 199', 'https://www.linkedin.com/in/canary-id'];

const anything: unknown = new Proxy(() => anything, { get: () => anything });
const paths = createScreens(anything as ConsoleSources).map(({ path }) => path);

/** Fields that are named like a person, and what their properties are called. */
const personalFields = [
  'jane.canary@acme.com',
  'canary@acme.it',
  '+49 171 5550 188',
  'https://www.linkedin.com/in/jane-canary',
];
const personalProperties = ['jane_canary_acme_com', 'canary_acme_it', '49_171_5550_188', 'linkedin_com_in_jane_canary'];
/** Fields whose properties end as a domain does. */
const usualFields = ['openerTextEs', 'job_title_de', 'website_link_com'];
const usualProperties = ['opener_text_es', 'job_title_de', 'website_link_com'];

let running: Awaited<ReturnType<typeof startConsoleBridge>>;
let cookie: string;
let linkToken: string;

beforeAll(async () => {
  running = await startConsoleBridge({ ...secrets, JOURNAL: 'on', CAPTURE: 'all' });
  linkToken = new URL(running.consoleLink).searchParams.get('link') ?? '';
  cookie = await signIn(running.adminUrl, running.consoleLink);
  const headers = { 'x-api-key': secrets.API_KEY, 'content-type': 'application/json', 'x-request-id': 'canaries' };
  const body = JSON.stringify({ contacts: [{ externalId: 'lead-1', ...person, industry: 'Canary breeding' }] });
  await fetch(`${running.url}/contacts`, { method: 'POST', headers, body });
  const named = personalIds.map((externalId, n) => ({
    externalId,
    firstName: `F${n}`,
    email: n === 0 ? externalId : 'no',
  }));
  const odd = { externalId: 'lead-odd', email: 'odd@example.org' };
  for (const [method, requestId, more] of [
    ['POST', 'odd-create', { ...Object.fromEntries(personalFields.map((field) => [field, 'N/A'])) }],
    [
      'POST',
      'odd-names',
      { ...Object.fromEntries([...personalFields, ...usualFields].map((field) => [field, 'a value'])) },
    ],
    [
      'POST',
      'odd-again',
      { ...Object.fromEntries([...personalFields, ...usualFields].map((field) => [field, 'another'])) },
    ],
  ] as const) {
    await fetch(`${running.url}/contacts`, {
      method,
      headers: { ...headers, 'x-request-id': requestId },
      body: JSON.stringify({ contacts: [{ ...odd, ...more }] }),
    });
  }
  for (const [path, method] of [
    ['/contacts/sync', 'POST'],
    ['/contacts', 'POST'],
    ['/contacts', 'PUT'],
  ] as const) {
    const sent = { method, headers: { ...headers, 'x-request-id': `ids-${method}${path.replaceAll('/', '-')}` } };
    await fetch(`${running.url}${path}`, { ...sent, body: JSON.stringify({ contacts: named }) });
  }
  await fetch(`${running.url}/contacts`, {
    method: 'POST',
    headers: { ...headers, 'x-api-key': 'wrong-canary-key-0' },
    body,
  });
  // The threads write a moment later: before, no page could show anything.
  for (const id of ['canaries', ...oddRequests, ...idRequests]) {
    await vi.waitFor(
      async () => expect((await page(`/console/requests/${id}`)).text).toContain('Enginy sent'),
      waiting,
    );
  }
});

const oddRequests = ['odd-create', 'odd-names', 'odd-again'];
const idRequests = ['ids-POST-contacts-sync', 'ids-POST-contacts', 'ids-PUT-contacts'];
const waiting = { timeout: 30_000, interval: 100 };
const page = (path: string) => ask(`${running.adminUrl}${path}`, { headers: { cookie } });

async function post(from: string, action: string, form: Readonly<Record<string, string>> = {}) {
  const token = formTokenOf(await page(from));
  return await ask(`${running.adminUrl}${action}`, { headers: { cookie }, form: { 'form-token': token, ...form } });
}

afterAll(() => running.close());

/** The values that no page may contain; the record that the embedded CRM shows to operators is tested with its screen. */
const hidden = [
  ...Object.values(secrets),
  ...Object.values(person),
  ...personalIds,
  'wrong-canary-key-0',
  ...personalFields,
  ...personalProperties,
];

function leaksIn(text: string): readonly string[] {
  const session = cookie.split('=')[1] ?? cookie;
  return [...hidden, session, linkToken].filter((value) => text.toLowerCase().includes(value.toLowerCase()));
}

test.each(paths.filter((path) => !path.startsWith('/console/data')))(
  '%s shows no secret and no person',
  async (path) => {
    const examples: Readonly<Record<string, string>> = { '/console/requests/:id': '/console/requests/canaries' };
    const answer = await ask(`${running.adminUrl}${examples[path] ?? path.replaceAll(/:[a-z]+/gi, 'x')}`, {
      headers: { cookie },
    });

    expect(answer.text).toContain('</html>');
    expect(leaksIn(answer.text)).toEqual([]);
  },
);

test.each(idRequests)('%s shows ids that are personal data as placeholders', async (id) => {
  const { text } = await page(`/console/requests/${id}`);

  expect(leaksIn(text)).toEqual([]);
  expect(text).toMatch(/\[email [0-9a-f]{6}\][\s\S]*\[phone number [0-9a-f]{6}\][\s\S]*\[address [0-9a-f]{6}\]/);
});

test('fields that are named like a person are placeholders, and so are the properties that were created for them', async () => {
  await vi.waitFor(
    async () => expect((await page('/console/hubspot')).text).toContain('that the bridge created'),
    waiting,
  );
  const [skipped, written, again, hubSpot] = await Promise.all(
    [...oddRequests.map((id) => `/console/requests/${id}`), '/console/hubspot'].map(page),
  );

  for (const answer of [skipped, written, again, hubSpot]) {
    expect(leaksIn(answer?.text ?? 'none')).toEqual([]);
    expect(answer?.text).toMatch(/\[email [0-9a-f]{6}\]/);
    expect(answer?.text).toMatch(/\[phone number [0-9a-f]{6}\]/);
    expect(answer?.text).toMatch(/\[address [0-9a-f]{6}\]/);
  }
  expect(written?.text).toContain('Send it with curl');
  for (const answer of [written, again, hubSpot]) {
    expect(usualProperties.filter((name) => answer?.text.includes(name) !== true)).toEqual([]);
  }
});

test('a saved regression test of such fields has placeholders, and its replay creates the properties of those', async () => {
  const { text } = await post('/console/requests/odd-names', '/console/requests/odd-names/regression');
  const capture = CaptureSchema.parse(JSON.parse(text).capture);
  const { differences } = await replayCapture(capture, capturedMappings(capture));

  expect(leaksIn(text)).toEqual([]);
  expect(text).toMatch(/"email_[0-9a-f]{6}"/);
  expect(differences.filter(({ what }) => !what.startsWith('answer'))).toEqual([]);
});

test.each(personalIds)('a record is found by %s, and the response does not repeat it', async (name) => {
  const found = await post('/console/record', '/console/record', { name });

  expect(found.text).toMatch(/Enginy: <code>\[(?:email|phone number|address) [0-9a-f]{6}\]/);
  expect(leaksIn(found.text)).toEqual([]);
});

test('responses to actions, downloads included, contain no secrets and no personal data', async () => {
  const request = '/console/requests/ids-POST-contacts';
  const answers = [
    await post(request, `${request}/replay`, { mapping: 'today' }),
    await post(request, `${request}/regression`),
    await post('/console/mapping', '/console/mapping/check'),
    await post('/console/mapping/try', '/console/mapping/try', { object: 'contacts', text: 'externalId=a\ntitle=CEO' }),
    await post('/console/mapping/try', '/console/mapping/try', {
      object: 'tasks',
      text: 'subject=Call\ncontactId=101',
    }),
    await page('/console/problems?since=1h'),
    await page('/console'),
  ];

  expect(answers[1]?.headers['content-disposition']).toMatch(/^attachment/);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 303, 200, 200, 200, 200]);
  for (const { text } of answers) expect(leaksIn(text)).toEqual([]);
  expect(answers[4]?.text).toContain('would be created as a record of');
  expect(answers[4]?.text).toMatch(/<code>hs_task_subject<\/code><\/th><td >Call/);
});

test('events contain no secrets and no personal data', async () => {
  const withTexts: string[] = [];
  for (const path of paths) {
    const text = await new Promise<string>((resolve, reject) => {
      const request = get(`${running.adminUrl}/console/events?screen=${path}`, { headers: { cookie } }, (response) => {
        response.setEncoding('utf8');
        response.once('data', (part: string) => {
          resolve(part);
          request.destroy();
        });
        response.once('end', () => reject(new Error(`${path} ended without an event`)));
      });
      request.once('error', reject);
    });

    expect(text, path).toMatch(/^retry: /);
    expect(leaksIn(text), path).toEqual([]);
    if (text.includes('event: texts')) withTexts.push(path);
  }
  expect(withTexts).toContain('/console');
});

test('neither the log nor the audit line has the secrets, and the link is shown once', async () => {
  const printed = await runCommand(['console'], { environment: { DATA_DIR: running.folder } });

  // Lines of the level debug name records by Enginy's id.
  const lines = running.log
    .text()
    .split('\n')
    .filter((line) => !line.includes('"level":"debug"'));
  expect(lines.join('\n')).toContain('"level":"info"');
  // The log names the properties that were created.
  expect(leaksIn(lines.join('\n')).filter((value) => !personalProperties.includes(value))).toEqual([]);
  expect(printed.out).toContain('link=');
  expect(linkToken).not.toBe('');
  expect(printed.out).not.toContain(linkToken);
});
