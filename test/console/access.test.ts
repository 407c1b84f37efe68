import { randomBytes, scryptSync } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { digestPassword } from '../../src/console/access/password-digest.ts';
import { includesRole, type Role, roles } from '../../src/console/access/roles.ts';
import { loadUsers } from '../../src/console/access/user-file.ts';
import type { ConsoleSources } from '../../src/console/console-sources.ts';
import { createScreens } from '../../src/console/screens/screen-table.ts';
import { openJournalReader } from '../../src/journal/read-journal.ts';
import { runCommand } from '../cli/run-command.ts';
import { logSink } from '../support/log-sink.ts';
import { ask, cookieOf, formTokenOf, type Sent, signIn, signInAs, startConsoleBridge } from './console-client.ts';

const password = 'correct-horse-battery';

const folder = mkdtempSync(join(tmpdir(), 'console-users-'));

const usersFile = join(folder, 'users');

/** As the command prints them, at the least cost that is accepted. */
const salt = randomBytes(16);

const hash = scryptSync(password, salt, 32, { N: 2 ** 14, r: 8, p: 1 });

const digest = `scrypt$16384$8$1$${salt.toString('base64url')}$${hash.toString('base64url')}`;

let running: Awaited<ReturnType<typeof startConsoleBridge>>;

const cookies = {} as Record<Role, string>;

let caller = 0;

/** Sends a request to the console, as a caller of its own address. */
const visit = (path: string, sent: Sent = {}) => {
  caller += 1;
  const headers = { 'x-forwarded-for': `192.0.2.${caller % 250}`, ...sent.headers };
  return ask(`${running.adminUrl}${path}`, { ...sent, headers });
};

beforeAll(async () => {
  writeFileSync(usersFile, `# users\nvera:viewer:${digest}\n\nedda:editor:${digest}\nproxied@example.org:operator\n`);
  running = await startConsoleBridge({
    JOURNAL: 'on',
    CONSOLE_USERS: usersFile,
    CONSOLE_URL: 'https://console.example.org',
    CONSOLE_TRUSTED_HEADER: 'X-Remote-User',
    CONSOLE_TRUSTED_PROXIES: 'loopback',
  });
  cookies.operator = await signIn(running.adminUrl, running.consoleLink);
  cookies.viewer = cookieOf(await signInAs(running.adminUrl, 'vera', password));
  cookies.editor = cookieOf(await signInAs(running.adminUrl, 'edda', password));
});

afterAll(async () => {
  await running.close();
  rmSync(folder, { recursive: true });
});

/** Stands for every dependency: screens are built, and only their routes are read. */
const anything: unknown = new Proxy(() => anything, { get: () => anything });

const screens = createScreens(anything as ConsoleSources);

/** Every route of the console and the lowest role that it takes. A new route needs a line here. */
const lowestRoles: Readonly<Record<string, Role>> = {
  'GET /console': 'viewer',
  'GET /console/requests': 'viewer',
  'POST /console/problems/:key/acknowledge': 'operator',
  'POST /console/problems/:key/ignore': 'operator',
  'POST /console/problems/:key/reopen': 'operator',
  'GET /console/requests/:id': 'viewer',
  'POST /console/requests/:id/replay': 'editor',
  'POST /console/requests/:id/regression': 'editor',
  'POST /console/requests/:id/values': 'operator',
  'GET /console/problems': 'viewer',
  'GET /console/problems/:key': 'viewer',
  'POST /console/problems/:key/replay': 'editor',
  'GET /console/record': 'viewer',
  'POST /console/record': 'viewer',
  'POST /console/record/explain': 'operator',
  'GET /console/record/:id': 'viewer',
  'GET /console/mapping': 'viewer',
  'POST /console/mapping/check': 'editor',
  'GET /console/mapping/try': 'editor',
  'POST /console/mapping/try': 'editor',
  'GET /console/mapping/compare': 'editor',
  'POST /console/mapping/compare': 'editor',
  'GET /console/data': 'operator',
  'GET /console/data/:kind': 'operator',
  'GET /console/data/:kind/:id': 'operator',
  'GET /console/index': 'viewer',
  'POST /console/index/pass': 'operator',
  'GET /console/hubspot': 'viewer',
  'POST /console/hubspot/examine': 'editor',
  'GET /console/connect': 'viewer',
};

test('every route of the screens has its line in the table of roles', () => {
  const routes = screens.flatMap(({ path, role, actions = [] }) => [
    [`GET ${path}`, role],
    ...actions.map((action) => [`POST ${action.path}`, action.role]),
  ]);

  expect(Object.fromEntries(routes)).toEqual(lowestRoles);
});

test.each(
  Object.entries(lowestRoles).flatMap(([route, lowest]) => roles.map((role) => [route, role, lowest] as const)),
)('%s as %s requires the role %s', async (route, role, lowest) => {
  const [method = '', pattern = ''] = route.split(' ');
  const cookie = cookies[role];
  const path = pattern.replaceAll(/:[a-zA-Z]+/g, 'unknown');
  const own = await visit('/console', { headers: { cookie } });

  const answer = await visit(path, {
    headers: { cookie },
    ...(method === 'POST' && { form: { 'form-token': formTokenOf(own) } }),
  });

  if (includesRole(role, lowest)) {
    expect(answer.status).not.toBe(403);
    expect(answer.status).toBeLessThan(500);
    expect(answer.headers.location ?? '').not.toContain('/sign-in');
  } else expect(answer.status).toBe(403);
});

test.each(Object.keys(lowestRoles))('%s redirects an unknown visitor to the sign-in page', async (route) => {
  const [method = '', path = ''] = route.split(' ');

  const answer = await visit(path.replaceAll(/:[a-zA-Z]+/g, 'x'), method === 'POST' ? { form: {} } : {});

  expect([answer.status, answer.headers.location]).toEqual([303, '/console/sign-in']);
});

test.each([
  ['evil.example'],
  ['evil.example:80'],
  ['localhost.evil.example'],
  ['127.0.0.1.evil.example'],
  ['console.example.org.evil.example'],
  ['user@localhost'],
  ['localhost/evil'],
  ['10.0.0.1'],
])('refuses the host "%s", which another site may have pointed here', async (host) => {
  const answer = await visit('/console', { headers: { host, cookie: cookies.operator } });

  expect(answer.status).toBe(421);
  expect(answer.text).not.toContain('Overview');
});

test.each([['localhost:1234'], ['LOCALHOST'], ['127.0.0.1:9464'], ['[::1]:9464'], ['console.example.org']])(
  'serves its own name %s',
  async (host) => {
    const answer = await visit('/console/sign-in', { headers: { host } });

    expect(answer.status).toBe(200);
  },
);

test.each<[string, Record<string, string>]>([
  ['another origin', { origin: 'https://evil.example' }],
  ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
  ['no origin, and nothing about the site', { origin: '', 'sec-fetch-site': '' }],
  ['an origin that is hidden, and nothing about the site', { origin: 'null', 'sec-fetch-site': '' }],
  ['another site, by the word of the browser', { 'sec-fetch-site': 'cross-site' }],
  ['a sibling of the site', { 'sec-fetch-site': 'same-site' }],
])('refuses a form from %s', async (_name, changed) => {
  const own = await visit('/console', { headers: { cookie: cookies.operator } });
  const headers: Record<string, string> = {
    'content-type': 'application/x-www-form-urlencoded',
    origin: 'null',
    'sec-fetch-site': 'same-origin',
    cookie: cookies.operator,
    ...changed,
  };
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
  const actions = () => running.log.entries.filter(({ msg }) => msg === 'console action').length;
  const before = actions();

  const form = { 'form-token': formTokenOf(own), theme: 'dark' };
  const answer = await askRaw('/console/theme', sent, form);

  expect(answer.status).toBe(403);
  expect(answer.headers['set-cookie']).toBeUndefined();
  expect(actions()).toBe(before);
});

/** A form with exactly these headers. */
function askRaw(path: string, headers: Readonly<Record<string, string>>, form: Readonly<Record<string, string>>) {
  return ask(`${running.adminUrl}${path}`, { method: 'POST', headers, body: new URLSearchParams(form).toString() });
}

test.each<[string, Record<string, string>]>([
  ['a picture', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
  ['a frame', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ['a script of a sibling', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
])('gives nothing to %s of another site', async (_name, headers) => {
  const answer = await visit('/console', { headers: { ...headers, cookie: cookies.operator } });

  expect(answer.status).toBe(403);
});

test('responds to HEAD as to GET, without the page', async () => {
  const answer = await visit('/console', { method: 'HEAD', headers: { cookie: cookies.viewer } });

  expect([answer.status, answer.text]).toEqual([200, '']);
});

test('names who signed in with a link, and the role once', async () => {
  const { text } = await visit('/console', { headers: { cookie: cookies.operator } });

  expect(text).toContain('<span>sign-in link <small>(operator)</small></span>');
});

test("rejects a form with another session's token", async () => {
  const other = await visit('/console', { headers: { cookie: cookies.viewer } });

  const answer = await visit('/console/theme', {
    headers: { cookie: cookies.operator },
    form: { 'form-token': formTokenOf(other), theme: 'dark' },
  });

  expect(answer.status).toBe(403);
  expect(answer.headers['set-cookie']).toBeUndefined();
});

test('a link signs in once', async () => {
  const printed = await runCommand(['console', '--role', 'editor'], { environment: { DATA_DIR: running.folder } });
  const cookie = await signIn(running.adminUrl, printed.out.trim());
  const again = await signIn(running.adminUrl, printed.out.trim());

  const page = await visit('/console', { headers: { cookie } });
  expect(page.text).toContain('(editor)');
  expect(again).toBe('');
  expect(statSync(join(running.folder, 'console.json')).mode & 0o777).toBe(0o600);
});

test('showing the page of a link does not use it up', async () => {
  const printed = await runCommand(['console'], { environment: { DATA_DIR: running.folder } });
  const { pathname, search } = new URL(printed.out.trim());
  await visit(pathname + search);

  expect(await signIn(running.adminUrl, printed.out.trim())).not.toBe('');
});

test('the cookie is out of reach for scripts and other sites, and on HTTPS for plain HTTP', async () => {
  const onLoopback = await visit('/console/sign-in', { form: { name: 'vera', password } });
  const onHttps = await visit('/console/sign-in', {
    form: { name: 'vera', password },
    headers: { host: 'console.example.org' },
  });

  const [plain, secure] = [onLoopback, onHttps].map(({ headers }) => String(headers['set-cookie']));
  expect(plain).toMatch(/^eb-console-\d+=[^;]+; Max-Age=28800; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
  expect(secure).toMatch(/^__Host-eb=[^;]+; Max-Age=28800; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/);
  expect(onHttps.headers['strict-transport-security']).toBe('max-age=31536000');
});

test('a changed or ended session is not accepted', async () => {
  const cookie = cookieOf(await visit('/console/sign-in', { form: { name: 'vera', password } }));
  const [name = '', value = ''] = cookie.split(/=(.*)/);
  const [text = '', signature = ''] = value.split('.');
  const promoted = Buffer.from(
    JSON.stringify({ ...JSON.parse(Buffer.from(text, 'base64url').toString()), by: 'link', role: 'operator' }),
  ).toString('base64url');
  const page = await visit('/console', { headers: { cookie } });
  await visit('/console/sign-out', { headers: { cookie }, form: { 'form-token': formTokenOf(page) } });

  const answers = await Promise.all(
    [`${name}=${promoted}.${signature}`, `${name}=${text}`, cookie].map((each) =>
      visit('/console', { headers: { cookie: each } }),
    ),
  );
  expect(page.status).toBe(200);
  expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
});

test('responds to a wrong password and to an unknown name alike', async () => {
  const answers = await Promise.all(
    [
      { name: 'vera', password: 'wrong' },
      { name: 'nemo', password },
      { name: 'proxied@example.org', password },
      { name: 'proxied@example.org', password: '' },
    ].map((form) => visit('/console/sign-in', { form })),
  );

  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(answers[0]?.status).toBe(403);
  expect(answers.map(({ headers }) => headers['set-cookie'])).toEqual([undefined, undefined, undefined, undefined]);
});

test('a user who was removed from the file or has another password is signed out, and a changed role counts at once', async () => {
  const before = readFileSync(usersFile, 'utf8');
  const cookie = cookieOf(await visit('/console/sign-in', { form: { name: 'edda', password } }));
  const pageOf = () => visit('/console', { headers: { cookie } });
  writeFileSync(usersFile, before.replace('edda:editor', 'edda:viewer'));
  await running.reload();
  const asViewer = await pageOf();
  writeFileSync(usersFile, `vera:viewer:${digest}\n`);
  await running.reload();
  const removed = await pageOf();
  const otherPassword = await digestPassword('another');
  writeFileSync(usersFile, before.replace(`edda:editor:${digest}`, `edda:editor:${otherPassword}`));
  await running.reload();
  const withOtherPassword = await pageOf();
  writeFileSync(usersFile, 'edda:administrator:x\n');
  await running.reload();
  const damaged = await visit('/console', { headers: { cookie: cookies.viewer } });
  writeFileSync(usersFile, before);
  await running.reload();

  expect(asViewer.text).toContain('(viewer)');
  expect(removed.status).toBe(303);
  expect(withOtherPassword.status).toBe(303);
  expect(damaged.status).toBe(200);
  expect(running.log.text()).toContain('the role of edda must be viewer, editor, operator');
});

test.each([
  [0o600, undefined, false],
  [0o640, undefined, false],
  [0o644, undefined, true],
  [0o620, undefined, true],
  [0o666, /CONSOLE_USERS is world-writable/, false],
  [0o602, /CONSOLE_USERS is world-writable/, false],
])('a users file of mode %o', (mode, refusal, warns) => {
  const sink = logSink();
  const file = join(folder, 'modes');
  writeFileSync(file, 'vera:viewer\n');
  chmodSync(file, mode);

  if (refusal === undefined) expect(loadUsers(file, sink.log).find('vera')?.role).toBe('viewer');
  else expect(() => loadUsers(file, sink.log)).toThrow(refusal);
  expect(sink.text().includes('readable and writable only by its owner')).toBe(warns);
});

test('trusts an identity proxy, with the role from the file or else as viewer', async () => {
  const known = await visit('/console', { headers: { 'x-remote-user': 'proxied@example.org' } });
  const other = await visit('/console', { headers: { 'x-remote-user': '<b>new</b>' } });

  expect(known.text).toContain('proxied@example.org <small>(operator)');
  expect(other.text).toContain('&lt;b&gt;new&lt;/b&gt; <small>(viewer)');
  expect(known.text).not.toContain('Sign out');
});

test('ignores the header of an identity proxy that comes from anywhere else', async () => {
  const other = await startConsoleBridge({
    CONSOLE_TRUSTED_HEADER: 'X-Remote-User',
    CONSOLE_TRUSTED_PROXIES: '10.0.0.0/8',
  });
  const answer = await ask(`${other.adminUrl}/console`, {
    headers: { 'x-remote-user': 'proxied@example.org', 'x-forwarded-for': '10.0.0.1' },
  });
  await other.close();

  expect(answer.status).toBe(303);
  expect(existsSync(other.folder)).toBe(false);
});

test('accepts ten sign-ins a minute from one address, right or wrong', async () => {
  // No minute ends meanwhile.
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const headers = { 'x-forwarded-for': '198.51.100.7' };
  const statuses: number[] = [];
  for (let count = 0; count < 11; count += 1) {
    statuses.push((await visit('/console/sign-in', { headers, form: { link: 'wrong' } })).status);
  }
  const refusals = () => running.log.text().split('Too many sign-ins').length - 1;
  const noted = refusals();
  for (let count = 0; count < 5; count += 1) await visit('/console/sign-in', { headers, form: { link: 'wrong' } });
  const elsewhere = await visit('/console/sign-in', { form: { link: 'wrong' } });

  expect(statuses).toEqual([...Array(10).fill(403), 429]);
  // Anyone can send them: they must not fill the log and the journal.
  expect([noted, refusals()]).toEqual([1, 1]);
  expect(elsewhere.status).toBe(403);
});

test('every response forbids scripts of others, storing and framing', async () => {
  const answers = await Promise.all([
    visit('/console', { headers: { cookie: cookies.viewer } }),
    visit('/console/sign-in'),
    visit('/console/client.js'),
    visit('/console/console.css'),
    visit('/console/nowhere'),
    visit('/console', { headers: { host: 'evil.example' } }),
    visit('/console/theme', { form: {} }),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 404, 421, 303]);
  for (const { headers } of answers) {
    expect(headers).toMatchObject({
      'content-security-policy':
        "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none';require-trusted-types-for 'script'",
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  }
});

test('sign-ins are in the log and in the journal', async () => {
  await visit('/console/sign-in', { form: { link: 'wrong' } });
  await visit('/console/sign-in', { form: { name: 'edda', password } });

  const noted = [
    { user: 'edda', role: 'editor', action: 'sign-in', subject: 'password', result: 'done' },
    expect.objectContaining({ user: 'unknown', role: 'none', action: 'sign-in' }),
  ];
  await expect
    .poll(async () => {
      const reader = openJournalReader(running.folder);
      const actions = (await reader?.actions(2)) ?? [];
      reader?.close();
      return actions.map(({ at: _at, replica: _replica, ...action }) => action);
    })
    .toEqual(noted);
  expect(running.log.entries.filter(({ msg }) => msg === 'console action').slice(-1)).toMatchObject([noted[0]]);
  expect(running.log.text()).not.toContain(password);
});

test('the command prints a line for the file, and the password once, beside it', async () => {
  const run = await runCommand(['console', '--add-user', 'otto', '--role', 'operator'], { environment: {} });
  const given = /shown only now: (\S+)/.exec(run.err)?.[1] ?? '';
  const before = readFileSync(usersFile, 'utf8');
  writeFileSync(usersFile, before + run.out);
  await running.reload();

  const answer = await visit('/console/sign-in', { form: { name: 'otto', password: given } });

  writeFileSync(usersFile, before);
  await running.reload();
  expect(run.out).toMatch(/^otto:operator:scrypt\$[^\n]+\n$/);
  expect(run.out).not.toContain(given);
  expect(answer.status).toBe(303);
  expect(answer.headers.location).toBe('/console');
});

test('the command reports that no bridge is running', async () => {
  const run = await runCommand(['console'], { environment: { DATA_DIR: folder } });

  expect(run.status).toBe(2);
  expect(run.err).toContain('no bridge with a console uses');
});
