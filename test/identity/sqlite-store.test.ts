import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { IndexLostError } from '../../src/identity/identity-store.ts';
import { createMemoryStore, createSqliteStore } from '../../src/identity/sqlite-store.ts';
import { logSink } from '../support/log-sink.ts';
import { identityStoreConformance, sharedStoreConformance } from './store-conformance.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'identity-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function openFile(file: string) {
  const sink = logSink();
  const store = createSqliteStore(file, sink.log);
  onTestFinished(() => store.close());
  return { store, sink };
}

async function openTwice() {
  const file = join(folder(), 'data', 'identity.sqlite');
  return { store: openFile(file).store, other: openFile(file).store };
}

identityStoreConformance('in a file', openTwice);
sharedStoreConformance('in a file', openTwice);

identityStoreConformance('in memory', async () => {
  const store = createMemoryStore();
  onTestFinished(() => store.close());
  return { store };
});

const pairs = [{ digest: 7n, id: '1' }];

test('the index survives a restart, and only its user can read it', async () => {
  const file = join(folder(), 'identity.sqlite');
  const before = openFile(file).store;
  await (await before.open('portal 1')).write({ pairs, state: { name: 'contacts', text: 'complete' } });
  await before.close();

  const index = await openFile(file).store.open('portal 1');

  expect(await index.propose([7n])).toEqual([['1']]);
  expect(await index.readState('contacts')).toBe('complete');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each([
  [
    'is no database',
    (file: string) => writeFileSync(file, 'no database at all, but long enough to be read as one '.repeat(40)),
  ],
  ['has lost its pages', (file: string) => truncateSync(file, 4_096)],
])('a file that %s is deleted, and the index is empty', async (_what, damage) => {
  const file = join(folder(), 'identity.sqlite');
  const before = openFile(file).store;
  const index = await before.open('portal 1');
  await index.write({
    pairs: Array.from({ length: 5_000 }, (_, at) => ({ digest: BigInt(at), id: String(at) })),
    state: { name: 'contacts', text: 'complete' },
  });
  await before.close();
  damage(file);

  const { store, sink } = openFile(file);
  const reopened = await openUsable(store);

  expect(await reopened.propose([7n])).toEqual([[]]);
  expect(await reopened.readState('contacts')).toBeUndefined();
  expect(sink.text()).toContain('the identity index was damaged');
});

/** The first use may be the one that finds the damage. */
async function openUsable(store: ReturnType<typeof createSqliteStore>) {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const index = await store.open('portal 1');
      await index.propose([7n]);
      await index.count();
      return index;
    } catch (error) {
      if (!(error instanceof IndexLostError)) throw error;
    }
  }
  throw new Error('the index stays unusable');
}

test('a file of another format is rebuilt', async () => {
  const file = join(folder(), 'identity.sqlite');
  const before = openFile(file).store;
  await (await before.open('portal 1')).write({ pairs });
  await before.close();
  const bytes = readFileSync(file);
  bytes.writeUInt32BE(99, 60);
  writeFileSync(file, bytes);

  const index = await openFile(file).store.open('portal 1');

  expect(await index.propose([7n])).toEqual([[]]);
});

test('a folder that cannot be written fails every use, with a reason', async () => {
  const file = join(folder(), 'file');
  writeFileSync(file, '');

  const { store } = openFile(join(file, 'identity.sqlite'));

  await expect(store.open('portal 1')).rejects.toThrow(IndexLostError);
});
