import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { captureFileName, isCaptureFileName } from '../../src/capture/capture-file.ts';
import { openCaptureFolder, readOrCreatePlaceholderKey } from '../../src/capture/record/capture-folder.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { startCapturing } from './capturing.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const roomy = { maxFiles: 100, maxBytes: 1_000_000, maxAgeMs: 86_400_000 };

function name(n: number): string {
  return `2026-11-20T12-00-${String(n).padStart(2, '0')}.000Z_POST_contacts_201_0000000${n % 10}.json`;
}

function namesIn(folder: string): string[] {
  return readdirSync(folder).sort();
}

test('the oldest captures are deleted when they are too many, too large or too old', () => {
  const [many, large, old] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const tenSeconds = { ...roomy, maxAgeMs: 10_000 };
  let now = Date.now();

  const byCount = openCaptureFolder(many, { ...roomy, maxFiles: 2 });
  for (const n of [1, 2, 3]) byCount.write(name(n), 'x');
  const bySize = openCaptureFolder(large, { ...roomy, maxBytes: 25 });
  for (const n of [1, 2, 3]) bySize.write(name(n), '0123456789');
  const byAge = openCaptureFolder(old, tenSeconds, () => now);
  byAge.write(name(1), 'x');
  now += 20_000;
  byAge.write(name(2), 'x');

  expect(namesIn(many)).toEqual([name(2), name(3)]);
  expect(namesIn(large)).toEqual([name(2), name(3)]);
  expect(namesIn(old)).toEqual([name(2)]);
});

test('a reopened folder continues where it was, removes partial files, and keeps files of other programs', () => {
  const folder = temporaryFolder();
  for (const n of [1, 2, 3]) {
    writeFileSync(join(folder, name(n)), 'x');
    utimesSync(join(folder, name(n)), new Date(), new Date());
  }
  writeFileSync(join(folder, `${name(4)}.writing`), 'half');
  writeFileSync(join(folder, 'notes.txt'), 'mine');

  openCaptureFolder(folder, { ...roomy, maxFiles: 2 }).write(name(5), 'x');

  expect(namesIn(folder)).toEqual([name(3), name(5), 'notes.txt']);
});

test('a folder creates one key for its placeholders, which only its owner may read', () => {
  const folder = temporaryFolder();

  const secret = readOrCreatePlaceholderKey(folder);

  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(readOrCreatePlaceholderKey(folder)).toBe(secret);
  expect(statSync(join(folder, '.secret')).mode & 0o077).toBe(0);
});

test('captures are readable only by their owner, and none is left half written', async () => {
  const bridge = await startCapturing();
  await bridge.send('GET', '/nowhere');
  const [file] = await bridge.stop();

  expect(file?.name).toMatch(/\.json$/);
  expect(statSync(join(bridge.folder, file?.name ?? '')).mode & 0o077).toBe(0);
  expect(namesIn(bridge.folder).filter((found) => found.endsWith('.writing'))).toEqual([]);
});

test('a folder that cannot be written is logged once and fails no request', async () => {
  const parent = temporaryFolder();
  // A file where the folder should be: even a user who may do everything cannot make it.
  writeFileSync(join(parent, 'captures'), '');
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm, { CAPTURE: 'all', CAPTURE_DIR: join(parent, 'captures') });

  const statuses: number[] = [];
  for (let n = 0; n < 5; n += 1) statuses.push((await bridge.send('GET', '/users')).status);
  await bridge.close(60_000);

  expect(statuses).toEqual([200, 200, 200, 200, 200]);
  expect(bridge.log.entries.filter(({ msg }) => String(msg).includes('capture'))).toHaveLength(1);
});

test('keeps only failures by default, everything on request, and nothing when captures are off', async () => {
  const errors = await startCapturing({ environment: { CAPTURE: 'errors' } });
  await errors.send('GET', '/users');
  await errors.send('POST', '/contacts', { contacts: [{ externalId: 'l-1', email: 'ada@example.com' }] });
  await errors.send('POST', '/contacts', { contacts: [{ externalId: 'l-2', email: 'no address', firstName: 'A' }] });
  await errors.send('PUT', '/contacts', { contacts: [{ crmId: '404', title: 'x' }] });
  await errors.send('POST', '/contacts', { contacts: 1 });
  const kept = await errors.stop();
  const off = await startCapturing({ environment: { CAPTURE: 'off' } });
  await off.send('GET', '/nowhere');

  expect(kept.map(({ capture }) => [capture.request.method, capture.answer?.status])).toEqual([
    ['POST', 201],
    ['PUT', 200],
    ['POST', 400],
  ]);
  expect(await off.stop()).toEqual([]);
});

test('callers without a valid key leave no captures', async () => {
  const bridge = await startCapturing();
  for (let n = 0; n < 20; n += 1) await bridge.send('GET', '/users', undefined, { 'x-api-key': `guess-${n}` });

  expect(await bridge.stop()).toEqual([]);
});

test('personal data stays unchanged where the operator keeps it; secrets never do', async () => {
  const bridge = await startCapturing({ environment: { CAPTURE_PERSONAL_DATA: 'keep' } });
  await bridge.send(
    'POST',
    '/contacts',
    { contacts: [{ externalId: 'l-1', email: 'ada@example.com' }] },
    { cookie: 'session=1' },
  );
  const [file] = await bridge.stop();

  expect(file?.capture.personalData).toBe('kept');
  expect(file?.text).toContain('ada@example.com');
  expect(file?.text).not.toContain('good-key-for-tests');
  expect(file?.text).not.toContain(bridge.crm.token);
  expect(file?.text).not.toContain('session=1');
});

test('bridges with the same key use the same placeholders', async () => {
  const texts: unknown[] = [];
  for (let n = 0; n < 2; n += 1) {
    const bridge = await startCapturing({ environment: { CAPTURE_SECRET: 'shared by two bridges' } });
    await bridge.send('POST', '/contacts', { contacts: [{ externalId: 'l-1', email: 'ada.lovelace@acme.com' }] });
    const [file] = await bridge.stop();
    texts.push(file?.capture.request.body);
    expect(existsSync(join(bridge.folder, '.secret'))).toBe(false);
  }

  expect(texts[0]).toEqual(texts[1]);
});

test('nock accepts the exchanges of a capture unchanged', async () => {
  const bridge = await startCapturing();
  await bridge.send('POST', '/contacts/sync', { contacts: [{ externalId: 'l-1', email: 'ada@example.com' }] });
  const [file] = await bridge.stop();
  const { default: nock } = await import('nock');

  const scopes = nock.define(JSON.parse(JSON.stringify(file?.capture.exchanges)));
  nock.cleanAll();
  nock.restore();

  expect(scopes).toHaveLength(file?.capture.exchanges.length ?? -1);
  expect(readFileSync(join(bridge.folder, file?.name ?? ''), 'utf8')).toContain('"scope":"https://api.hubapi.com"');
});

test('a nested folder for captures is created with its parents', () => {
  const folder = join(temporaryFolder(), 'a', 'b');
  openCaptureFolder(folder, roomy).write(name(1), 'x');
  mkdirSync(join(folder, 'c'));
  chmodSync(folder, 0o755);

  expect(namesIn(folder)).toEqual([name(1), 'c']);
});

test.each(['GET', 'PATCH', 'M-SEARCH', 'PROPFIND', 'x', 'ÄÖÜ', 'A_B', '../../x', ''])(
  'recognizes the name of a capture of %j, so that it is counted and deleted',
  (method) => {
    for (const path of ['/contacts/sync', '/', '*', '/ada/lovelace?x=/contacts', '//a/../b', '/contacts/ada', '']) {
      for (const status of [200, undefined]) {
        const named = captureFileName({
          startedAt: new Date().toISOString(),
          method,
          path,
          status,
          requestId: 'from:the/caller_1',
          unique: '0a1b2c3d',
        });
        expect(isCaptureFileName(named), named).toBe(true);
        expect(named).not.toMatch(/ada|lovelace|\.\.\//);
      }
    }
  },
);

test('requests with unusual methods stay within the limits of the folder', async () => {
  const folder = temporaryFolder();
  const opened = openCaptureFolder(folder, { ...roomy, maxFiles: 3 });
  for (let n = 0; n < 10; n += 1) {
    const startedAt = new Date(1_700_000_000_000 + n * 1_000).toISOString();
    const unique = String(n).padStart(8, '0');
    opened.write(
      captureFileName({ startedAt, method: 'M-SEARCH', path: '/x', status: 404, requestId: 'x', unique }),
      'x',
    );
  }

  expect(namesIn(folder)).toHaveLength(3);
  openCaptureFolder(folder, { ...roomy, maxFiles: 1 });
  expect(namesIn(folder)).toHaveLength(1);
});

test('a jump of the system clock deletes nothing, in either direction', () => {
  for (const jumpMs of [15, -15].map((days) => days * 86_400_000)) {
    const folder = temporaryFolder();
    const opened = openCaptureFolder(folder, { ...roomy, maxFiles: 10_000, maxAgeMs: 14 * 86_400_000 });
    for (const n of [1, 2, 3]) opened.write(name(n), 'x');
    const now = vi.spyOn(Date, 'now').mockImplementation(() => 1_800_000_000_000 + jumpMs);
    // As a file system stamps files by the clock after the jump; the folder is read again after 500 writes.
    for (let n = 0; n < 500; n += 1) opened.write(name(n % 60), 'x');
    for (const found of namesIn(folder)) utimesSync(join(folder, found), 1, 1);
    for (let n = 0; n < 500; n += 1) opened.write(name(n % 60), 'x');
    now.mockRestore();

    expect(namesIn(folder)).toHaveLength(60);
  }
});

test('folders are created for their owner only, and an impossible path is rejected, not retried forever', () => {
  const folder = join(temporaryFolder(), 'a', 'b');
  openCaptureFolder(folder, roomy);

  expect(statSync(folder).mode & 0o077).toBe(0);
  expect(statSync(join(folder, '..')).mode & 0o077).toBe(0);
  expect(() => openCaptureFolder('/proc/1/x/y', roomy)).toThrow();
});

test('a key file that is a pipe, or a key that is too short, is rejected', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, '.secret'), 'short\n');
  expect(() => readOrCreatePlaceholderKey(folder)).toThrow('too short');
  rmSync(join(folder, '.secret'));
  execFileSync('mkfifo', [join(folder, '.secret')]);
  expect(() => readOrCreatePlaceholderKey(folder)).toThrow('not a regular file');
});
