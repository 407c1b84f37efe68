import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ObjectState } from '../../src/identity/object-state.ts';
import { shippedFolder } from '../support/mapping-folder.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { runCommand } from './run-command.ts';

type Settings = Record<string, string>;

/** A portal whose index is built by a bridge that is running, and the settings that the bridge and the commands share. */
async function runningIndex() {
  const crm = await startCrm();
  crm.seed({
    contacts: [{ properties: { hs_linkedin_url: 'https://www.linkedin.com/in/ada', phone: '912 34 10 00' } }],
  });
  const dir = mkdtempSync(join(tmpdir(), 'index-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const settings: Settings = { IDENTITY_INDEX: 'on', DATA_DIR: dir, DEFAULT_COUNTRY: 'ES' };
  const bridge = await startBridgeOn(crm, settings);
  const built = () => bridge.log.entries.filter(({ msg }) => msg === 'the identity index is complete').length;
  await vi.waitFor(() => expect(built()).toBe(2), { timeout: 60_000, interval: 20 });
  const environment: Settings = {
    ...settings,
    HUBSPOT_ACCESS_TOKEN: crm.token,
    HUBSPOT_BASE_URL: crm.url,
    API_KEY: 'a-key-of-more-than-sixteen-characters',
  };
  return { bridge, file: join(dir, 'identity.sqlite'), environment };
}

/** The same with the bridge stopped. */
async function builtIndex() {
  const { bridge, ...index } = await runningIndex();
  await bridge.close(0);
  return index;
}

/** The lines of doctor about the index, by id. */
async function examine(environment: Settings, ...options: string[]) {
  const { out } = await runCommand(['doctor', '--json', ...options], { environment });
  const { sections }: { sections: { title: string; lines: { id: string }[] }[] } = JSON.parse(out);
  const lines = sections.find(({ title }) => title === 'Identity index')?.lines ?? [];
  return Object.fromEntries(lines.map(({ id, ...line }) => [id, line]));
}

async function explain(environment: Settings, ...options: string[]) {
  const sent = ['linkedinUrl=linkedin.com/in/ada', 'email=ada@example.com'];
  return (await runCommand(['explain', 'contacts', ...sent, '--live', ...options], { environment })).out;
}

/** Changes what the index of contacts knows of itself. */
function changeState(file: string, change: (state: ObjectState) => Partial<ObjectState>): void {
  const database = new DatabaseSync(file);
  const row = database.prepare("SELECT text FROM meta WHERE name = 'state contacts'").get();
  const state: ObjectState = JSON.parse(String(row?.text));
  const changed = JSON.stringify({ ...state, ...change(state) });
  database.prepare("UPDATE meta SET text = ? WHERE name = 'state contacts'").run(changed);
  database.close();
}

test('beside a running bridge, doctor and explain say how complete, how old and how large the index is', async () => {
  const { environment } = await runningIndex();

  const lines = await examine(environment);
  const offline = await examine(environment, '--offline');
  const explained = await explain(environment);

  expect(lines).toEqual({
    index: { mark: '✓', text: expect.stringMatching(/identity\.sqlite: \d+ keys, 0\.\d MB$/) },
    'index-contacts': { mark: '✓', text: expect.stringMatching(/^contacts: complete, no drift, swept \d+ s ago$/) },
    'index-companies': { mark: '✓', text: expect.stringMatching(/^companies: complete, no drift, swept \d+ s ago$/) },
  });
  expect(Object.keys(offline)).toEqual(Object.keys(lines));
  expect(explained).toMatch(/^ {4}identity index: complete, swept \d+ s ago$/m);
});

test('an edited rule is shown as not started, and the other rules stay complete', async () => {
  const { environment } = await builtIndex();
  const MAPPINGS_DIR = shippedFolder({
    'contacts.yaml': (text) => text.replace('also: [linkedinbio], search', 'also: [linkedinbio, website], search'),
  });
  const edited = { ...environment, MAPPINGS_DIR };

  const lines = await examine(edited);
  const explained = await explain(edited);

  expect(lines['index-contacts']).toMatchObject({
    text: expect.stringMatching(/^contacts: not begun, (\d+) of \d+ rules complete, no drift, swept/),
  });
  expect(explained).toMatch(/linkedinUrl: .+; identity index: not begun, swept \d+ s ago\n/);
  expect(explained).toMatch(/email: .+; identity index: complete, swept \d+ s ago\n/);
});

test('progress, drift and a stopped bridge are shown, with what to do', async () => {
  const { file, environment } = await builtIndex();
  changeState(file, ({ rules, sweptAt = 0 }) => ({
    rules: {},
    sweptAt: sweptAt - 3 * 3_600_000,
    overlapMs: 600_000,
    records: 1_000,
    drift: 12,
    listing: {
      pass: 1,
      fingerprints: Object.keys(rules),
      startedAt: sweptAt,
      stage: 1,
      marginMs: 300_000,
      records: 415,
      pairs: 830,
      isFullPass: false,
      drift: 0,
    },
  }));

  const lines = await examine(environment);
  const explained = await explain(environment);

  expect(lines['index-contacts']).toEqual({
    mark: '!',
    text: 'contacts: being built (41 %), drift: 12 keys were missed, swept 3 h ago',
    remedy: expect.stringMatching(/^start the bridge.+; set INDEX_OVERLAP_S=600 to keep that/),
  });
  expect(explained).toContain('identity index: being built (41 %), swept 3 h ago\n');
  const adapted = await examine({ ...environment, INDEX_OVERLAP_S: '600' });
  expect(adapted['index-contacts']).toMatchObject({ remedy: expect.not.stringContaining('INDEX_OVERLAP_S') });
});

test('an index with another secret, a damaged one and a missing one are reported', async () => {
  const { file, environment } = await builtIndex();

  const other = { ...environment, STATE_SECRET: 'another-secret-of-the-digests' };
  expect(await examine(other)).toEqual({
    index: { mark: '!', text: expect.stringContaining('of another account or secret'), remedy: expect.any(String) },
  });
  expect(await explain(other)).toContain('identity index: of another account or secret: it is rebuilt\n');

  writeFileSync(file, 'not a database '.repeat(1_000));
  expect(await examine(environment)).toEqual({
    index: { mark: '!', text: expect.stringContaining('is damaged'), remedy: expect.stringContaining('delete') },
  });
  expect(await explain(environment)).toContain('identity index: damaged: it is rebuilt\n');

  rmSync(file);
  mkdirSync(file);
  expect(await examine(environment)).toMatchObject({
    index: {
      mark: '!',
      text: expect.stringMatching(/is not a file$/),
      remedy: expect.stringContaining('move it away'),
    },
  });
  expect(await explain(environment)).toContain('identity index: there is a folder in its place\n');

  rmdirSync(file);
  expect(await examine(environment)).toMatchObject({
    index: { mark: '✓', text: expect.stringContaining('nothing yet') },
  });
  expect(await explain(environment)).toContain('identity index: nothing is built yet\n');

  const off = { ...environment, IDENTITY_INDEX: 'off' };
  expect(await examine(off)).toMatchObject({ index: { mark: '✓', text: expect.stringMatching(/^off: /) } });
  expect(await explain(off)).toContain('identity index: off\n');
  expect(await explain(environment, '--sandbox')).not.toContain('identity index');
});
