import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendTo } from '../support/start-app.ts';
import { ask, signIn, startConsoleBridge } from './console-client.ts';

let running: Awaited<ReturnType<typeof startConsoleBridge>>;
let cookie: string;
let record: string;

const page = (path: string) => ask(`${running.adminUrl}${path}`, { headers: { cookie } });

beforeAll(async () => {
  running = await startConsoleBridge();
  cookie = await signIn(running.adminUrl, running.consoleLink);
  [record = ''] = /\/console\/data\/contacts\/\d+/.exec((await page('/console/data')).text) ?? [];
});

afterAll(() => running.close());

test('an activity is shown with its direction, whatever its subject and text say', async () => {
  const contactId = record.split('/').at(-1);
  const expected: string[] = [];
  for (const type of ['LINKEDIN', 'LINKEDIN_INMAIL', 'LINKEDIN_CONNECTION', 'EMAIL']) {
    for (const direction of ['INBOUND', 'OUTBOUND']) {
      const subject = `${type} is neither sent nor received`;
      const activity = {
        type,
        direction,
        subject,
        body: 'received and sent',
        occurredAt: '2026-03-01T10:00:00Z',
        contactId,
      };
      await sendTo(running.url, 'POST', '/activities', activity);
      expected.push(`${type} ${direction.toLowerCase()}`);
    }
  }
  const { text } = await page(record);
  const rows = text.split('<tr').filter((row) => row.includes('is neither sent'));

  expect(
    rows.map((row) => `${/(\w+) is neither/.exec(row)?.[1]} ${/>(inbound|outbound|)<\/td>/.exec(row)?.[1]}`).toSorted(),
  ).toEqual(expected.toSorted());
});

test('pages of data take no call that the bridge could make', async () => {
  const answers = await Promise.all(Array.from({ length: 120 }, () => page(record)));

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect((await sendTo(running.url, 'GET', '/tasks/1')).status).toBe(404);
});
