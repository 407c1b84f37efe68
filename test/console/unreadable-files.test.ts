import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { openArchive } from '../../src/console/archive/archive.ts';
import { journalPath, openJournalFile } from '../../src/journal/journal-file.ts';
import { setAside } from '../../src/sqlite/damaged-file.ts';
import { sendTo } from '../support/start-app.ts';
import { ask, signIn, startConsoleBridge } from './console-client.ts';

let running: Awaited<ReturnType<typeof startConsoleBridge>>;
let cookie: string;

const get = (path: string) => ask(`${running.adminUrl}${path}`, { headers: { cookie } });

/** The journal is written a moment later. */
const untilListed = (text: string) =>
  vi.waitFor(async () => expect((await get('/console/requests')).text).toContain(text), {
    timeout: 30_000,
    interval: 200,
  });

/** Nothing of the journal is left. */
function damageJournal(): void {
  const file = journalPath(running.folder);
  for (const name of [file, `${file}-wal`]) {
    const descriptor = openSync(name, 'r+');
    writeSync(descriptor, Buffer.alloc(400_000, 7), 0, 400_000, 0);
    closeSync(descriptor);
  }
}

beforeAll(async () => {
  running = await startConsoleBridge({ JOURNAL: 'on' });
  cookie = await signIn(running.adminUrl, running.consoleLink);
  await sendTo(running.url, 'POST', '/contacts/sync', { contacts: [{ externalId: 'lead-7' }] });
  await untilListed('1 not found');
}, 60_000);

afterAll(() => running.close());

test('a journal that cannot be read has a page of its own, which says what to do', async () => {
  damageJournal();

  const [page, mapping, overview] = [
    await get('/console/record/lead-8'),
    await get('/console/mapping'),
    await get('/console'),
  ];

  expect([page.status, page.headers['retry-after']]).toEqual([503, '10']);
  expect(page.text).toMatch(
    /role="alert">It failed; see the bridge log.*href="\/console\/record\/lead-8">reload the page/s,
  );
  expect(page.text).toContain('aria-label="Screens"');
  expect([mapping.status, overview.status]).toEqual([200, 200]);
  expect(overview.text).toContain('Latest actions in the console');
  expect(overview.text).toContain('The journal cannot be read');
  expect(mapping.text).toContain('contacts.yaml');
  expect(running.log.entries).toContainEqual(
    expect.objectContaining({ msg: 'a call of a console thread failed', reason: expect.stringContaining('record: ') }),
  );
});

test('the journal that the bridge starts instead of a damaged one is read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'archive-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const start = () => openJournalFile(folder, () => expect.unreachable('it is not damaged'));
  const first = start();
  first.exec(
    `INSERT INTO requests (id, at, request_id, endpoint, status, duration_ms, replica, outcomes, held_back)
    VALUES (7, 0, 'r', 'POST /contacts', 200, 1, 'replica', '{}', 0)`,
  );
  first.close();
  const archive = openArchive({
    journal: { folder, secret: undefined },
    captures: undefined,
    mappings: 'mappings/hubspot',
    defaultCountry: undefined,
  });
  const before = await archive.journal()?.newestPosition();

  setAside(journalPath(folder));
  const between = archive.journal();
  start().close();

  expect([before, between, await archive.journal()?.newestPosition()]).toEqual([7, undefined, 0]);
});
