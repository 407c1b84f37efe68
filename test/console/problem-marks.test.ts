import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openJournalReader } from '../../src/journal/read-journal.ts';
import { sendTo } from '../support/start-app.ts';
import { ask, type ConsoleAnswer, formTokenOf, signIn, startConsoleBridge } from './console-client.ts';

let running: Awaited<ReturnType<typeof startConsoleBridge>>;
let cookie: string;
let problem: string;

const page = (path: string) => ask(`${running.adminUrl}${path}`, { headers: { cookie } });
/** A record that HubSpot does not have. */
const fail = () => sendTo(running.url, 'PUT', '/contacts', { contacts: [{ crmId: '999999999', title: 'CEO' }] });
const what = 'HubSpot has no record with this id';

async function submit(action: string): Promise<ConsoleAnswer> {
  const token = formTokenOf(await page(problem));
  const form = { 'form-token': token, since: '24h' };
  return await ask(`${running.adminUrl}${problem}/${action}`, { headers: { cookie }, form });
}

beforeAll(async () => {
  running = await startConsoleBridge({ JOURNAL: 'on' });
  cookie = await signIn(running.adminUrl, running.consoleLink);
  await fail();
  // `expect.poll` is for tests alone.
  await vi.waitUntil(
    async () => {
      const { text } = await page('/console/problems');
      [, problem = ''] = /href="(\/console\/problems\/[0-9a-f]+)\?since=24h">HubSpot has no record/.exec(text) ?? [];
      return problem !== '';
    },
    { timeout: 60_000, interval: 100 },
  );
});

afterAll(() => running.close());

/** The page once it has this text. */
const shows = (path: string, text: string) => expect.poll(async () => (await page(path)).text, waiting).toContain(text);
const waiting = { interval: 100 };

/** The actions in the journal, the newest first. */
async function actionsInJournal() {
  const reader = openJournalReader(running.folder);
  const actions = (await reader?.actions(10)) ?? [];
  reader?.close();
  return actions;
}

// Each test goes on with what the earlier ones did.
describe('the marks of one problem', { shuffle: false }, () => {
  test('an acknowledged problem leaves the overview, and reopens if it recurs', async () => {
    // The overview does not wait until the problems are counted.
    await shows('/console', what);
    const done = await submit('acknowledge');
    const [after, list, one] = [await page('/console'), await page('/console/problems'), await page(problem)];
    await fail();

    expect([done.status, done.headers.location]).toEqual([303, `${problem}?since=24h`]);
    expect(after.text).not.toContain(what);
    expect(list.text).toMatch(/HubSpot has no record[\s\S]*acknowledged by sign-in link/);
    expect(one.text).toContain('It reopens if it recurs');
    expect(one.text).toContain('<button>Reopen</button>');
    await shows(problem, '<button>Acknowledge</button>');
  });

  test('an ignored problem stays ignored when it recurs, until it is reopened', async () => {
    await submit('ignore');
    const { text } = await page('/console/problems');
    await fail();
    await shows(problem, '3 records');
    const later = await page(problem);
    await submit('reopen');

    expect(text).toMatch(/<h2>Ignored<\/h2>[\s\S]*HubSpot has no record[\s\S]*ignored by sign-in link/);
    expect(later.text).toContain('It was ignored by sign-in link');
    expect((await page('/console/problems')).text).not.toContain('<h2>Ignored</h2>');
  });

  test('a problem that has not occurred cannot be marked', async () => {
    const form = { 'form-token': formTokenOf(await page(problem)), since: '24h' };
    const unknown = '/console/problems/feedfacecafe/ignore';
    const { status } = await ask(`${running.adminUrl}${unknown}`, { headers: { cookie }, form });

    expect(status).toBe(404);
    await expect
      .poll(async () => (await actionsInJournal()).filter(({ subject }) => subject === 'feedfacecafe'), waiting)
      .toMatchObject([{ result: 'failed' }]);
  });

  test('each mark is an audit line, which other processes read', async () => {
    const key = problem.split('/').at(-1);
    await expect
      .poll(async () => (await actionsInJournal()).filter(({ subject }) => subject === key), waiting)
      .toMatchObject([
        { action: '/console/problems/:key/reopen', result: 'done' },
        { action: '/console/problems/:key/ignore', result: 'done' },
        { action: '/console/problems/:key/acknowledge', result: 'done' },
      ]);
    const reader = openJournalReader(running.folder);
    const latest = await reader?.latestOf(['/console/problems/:key/ignore', '/console/problems/:key/acknowledge']);
    reader?.close();

    expect(latest).toMatchObject([{ subject: key, action: '/console/problems/:key/ignore' }]);
  });
});
