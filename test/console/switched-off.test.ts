import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, signIn, startConsoleBridge } from './console-client.ts';

let running: Awaited<ReturnType<typeof startConsoleBridge>>;
let cookie: string;

beforeAll(async () => {
  running = await startConsoleBridge({ JOURNAL: 'off', CAPTURE: 'off' });
  cookie = await signIn(running.adminUrl, running.consoleLink);
});

afterAll(() => running.close());

test.each([
  ['/console/requests', 200, 'JOURNAL=on', 'every request from Enginy'],
  ['/console/requests/x', 404, 'JOURNAL=on', 'what Enginy sent, the calls of HubSpot'],
  ['/console/record/lead-7', 200, 'JOURNAL=on', 'everything that happened to a record'],
  ['/console/problems', 200, 'JOURNAL=on', 'what failed or was held back'],
  ['/console/mapping/compare', 200, 'CAPTURE=errors', 'the last 500 captured requests'],
])('%s explains what is off, how to switch it on, and what it would show', async (path, status, setting, shows) => {
  const answer = await ask(`${running.adminUrl}${path}`, { headers: { cookie } });

  expect(answer.status).toBe(status);
  expect(answer.text).toContain(`<code>${setting}</code>`);
  expect(answer.text).toContain('restart the bridge');
  expect(answer.text).toContain(shows);
});
