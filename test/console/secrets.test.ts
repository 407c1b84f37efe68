import { get } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConsoleSources } from '../../src/console/console-sources.ts';
import { createScreens } from '../../src/console/screens/screen-table.ts';
import { runCommand } from '../cli/run-command.ts';
import { ask, signIn, startConsoleBridge } from './console-client.ts';

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

const anything: unknown = new Proxy(() => anything, { get: () => anything });
const paths = createScreens(anything as ConsoleSources).map(({ path }) => path);

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
  await fetch(`${running.url}/contacts`, {
    method: 'POST',
    headers: { ...headers, 'x-api-key': 'wrong-canary-key-0' },
    body,
  });
});

afterAll(() => running.close());

/** The values that no page may contain; the record that the embedded CRM shows to operators is tested with its screen. */
const hidden = [...Object.values(secrets), ...Object.values(person), 'wrong-canary-key-0'];

function leaksIn(text: string): readonly string[] {
  const session = cookie.split('=')[1] ?? cookie;
  return [...hidden, session, linkToken].filter((value) => text.includes(value));
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

test('events carry no secret and no person', async () => {
  for (const path of paths) {
    const text = await new Promise<string>((resolve, reject) => {
      const request = get(`${running.adminUrl}/console/events?screen=${path}`, { headers: { cookie } }, (response) => {
        response.setEncoding('utf8');
        response.once('data', (part: string) => {
          resolve(part);
          request.destroy();
        });
        response.once('end', () => resolve(''));
      });
      request.once('error', reject);
    });

    expect(leaksIn(text)).toEqual([]);
  }
});

test('neither the log nor the audit line has the secrets, and the link is shown once', async () => {
  const printed = await runCommand(['console'], { environment: { DATA_DIR: running.folder } });

  expect(leaksIn(running.log.text())).toEqual([]);
  expect(printed.out).not.toContain(linkToken);
});
