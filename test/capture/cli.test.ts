import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRegression, runRegression } from '../../src/capture/replay/regression.ts';
import { runCommand } from '../cli/run-command.ts';
import { startCapturing } from './capturing.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// Each test starts the program several times.

const run = runCommand;

/** The files of a folder with a sync, a create with a failed record, and a request that was refused; recorded once. */
let recorded: readonly (readonly [string, Buffer])[] | undefined;

/** A folder with these files. */
async function someCaptures(): Promise<string> {
  recorded ??= await recordSome();
  const folder = temporaryFolder();
  for (const [name, content] of recorded) writeFileSync(join(folder, name), content);
  return folder;
}

async function recordSome() {
  const bridge = await startCapturing();
  await bridge.send('POST', '/contacts/sync', { contacts: [{ externalId: 'lead-7', email: 'ada.lovelace@acme.com' }] });
  await bridge.send('POST', '/contacts', {
    contacts: [
      { externalId: 'lead-7', email: 'ada.lovelace@acme.com', firstName: 'Ada' },
      { externalId: 'lead-8', ownerId: '404' },
    ],
  });
  await bridge.send('POST', '/contacts', { contacts: 1 });
  await bridge.stop();
  return readdirSync(bridge.folder).map((name) => [name, readFileSync(join(bridge.folder, name))] as const);
}

test('captures list shows a table, and finds the captures that mention a person', async () => {
  const folder = await someCaptures();

  const all = await run(['captures', 'list', '--dir', folder]);
  const errors = await run(['captures', 'list', '--dir', folder, '--errors']);
  const ofAda = await run(['captures', 'list', '--dir', folder, '--find', 'ada.lovelace@acme.com']);
  const ofLead = await run(['captures', 'list'], { environment: { CAPTURE_DIR: folder } });
  const ofNobody = await run(['captures', 'list', '--dir', folder, '--find', 'lead-77']);

  expect(all.out.split('\n')[0]).toMatch(
    /^time \(UTC\) +endpoint +status +records +errors +warnings +calls +ms +name +reason$/,
  );
  expect(all.out.split('\n')).toHaveLength(5);
  expect(all.out).toMatch(/POST \/contacts\/sync +200 +1 +0 +0 +\d+ +\d+ +[0-9a-f]{8}\n/);
  expect(errors.out.split('\n')).toHaveLength(4);
  expect(ofAda.out.split('\n')).toHaveLength(4);
  expect(ofLead.out).toBe(all.out);
  expect(ofNobody.out).toBe(`No capture in ${folder} mentions lead-77\n`);
});

test('captures show prints what happened, call by call', async () => {
  const folder = await someCaptures();
  const name = readdirSync(folder).find((file) => file.includes('_201_')) ?? '';

  const shown = await run(['captures', 'show', '--dir', folder, '_201_']);
  const bodies = await run(['captures', 'show', join(folder, name), '--bodies']);
  const none = await run(['captures', 'show', '--dir', folder, 'nothing-like-it']);
  const several = await run(['captures', 'show', '--dir', folder, 'POST']);

  expect(shown.out).toContain('POST /contacts  answered 201');
  expect(shown.out).toContain('2 records, 1 error');
  expect(shown.out).toMatch(
    /\n +\d+ +\d+ +\d+ {2}20[17] {3}create contacts, 2 records: 1 returned; VALIDATION_ERROR: /,
  );
  expect(shown.out).toMatch(/\n {2}lead-8 {2}error: /);
  expect(shown.out).toMatch(/\n {2}create contacts lead-7: [a-z_, ]+\n/);
  expect(shown.out).toMatch(/\n {2}create contacts lead-8: [a-z_, ]+ \(refused\)\n/);
  expect(bodies.out).toContain('"objectWriteTraceId": "0"');
  expect([none.status, none.err]).toEqual([
    2,
    `error: There is no capture nothing-like-it, neither as a file nor in ${folder}\n`,
  ]);
  expect([several.status, several.err]).toEqual([2, expect.stringMatching(/^error: 3 captures fit POST; .*_POST_/)]);
});

test('replay prints "same" and exits with 0, names what differs and exits with 1, and with 2 for a file that is not a capture', async () => {
  const folder = await someCaptures();
  const name = readdirSync(folder).find((file) => file.includes('_201_')) ?? '';
  const content = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  content.answer.body.results[0].crmId = '1';
  const changed = join(temporaryFolder(), 'changed.json');
  writeFileSync(changed, JSON.stringify(content));

  const same = await run(['replay', '--dir', folder, 'contacts-sync', '_201_', '_400_']);
  const differs = await run(['replay', changed, '--mapping', 'capture']);
  const broken = await run(['replay', 'package.json']);

  expect([same.status, same.out.match(/^ {2}same$/gm)]).toEqual([0, ['  same', '  same', '  same']]);
  expect(differs.status).toBe(1);
  expect(differs.out).toMatch(/\n {2}changed {2}answer results\[lead-7\]\.crmId: was "1", is "\d+"\n$/);
  expect(broken.status).toBe(2);
  expect(broken.err).toContain('package.json is not a capture');
});

test('replay --save creates a regression that passes, accepted differences included', async () => {
  const folder = await someCaptures();
  const into = temporaryFolder();
  const name = readdirSync(folder).find((file) => file.includes('_201_')) ?? '';
  const content = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  content.answer.body.results[0].crmId = '1';
  writeFileSync(join(into, 'changed'), JSON.stringify(content));

  const saved = await run([
    'replay',
    '--dir',
    folder,
    '_201_',
    '--save',
    'one-bad-record',
    '--into',
    into,
    '--story',
    'A story.',
  ]);
  const meant = await run(['replay', join(into, 'changed'), '--save', 'mended', '--into', into]);
  const badName = await run(['replay', '--dir', folder, '_201_', '--save', '../x', '--into', into]);

  const regression = readRegression(join(into, 'one-bad-record.json'));
  const mended = readRegression(join(into, 'mended.json'));
  expect([saved.status, meant.status, badName.status]).toEqual([0, 0, 2]);
  expect(regression.story).toBe('A story.');
  expect(regression.expected).toEqual([]);
  expect(await runRegression(regression)).toEqual({ unexpected: [], absent: [] });
  expect(mended.expected).toEqual([expect.stringMatching(/^changed {2}answer results\[lead-7\]\.crmId/)]);
  expect(await runRegression(mended)).toEqual({ unexpected: [], absent: [] });
  expect(await runRegression({ ...regression, expected: ['changed  something'] })).toEqual({
    unexpected: [],
    absent: ['changed  something'],
  });
});

test('replay --live shows what it will write and sends it only after confirmation', async () => {
  const folder = await someCaptures();
  const target = await startCapturing();
  const at = { environment: { API_KEY: 'good-key-for-tests' } };
  const args = ['replay', '--dir', folder, '_201_', '--live', target.url];

  const refused = await run(args, { ...at, typed: 'no\n' });
  const unasked = await run(args, { ...at, typed: '' });
  const before = target.crm.records('contacts').length;
  const sent = await run(args, { ...at, typed: 'yes\n' });
  const after = target.crm.records('contacts').length;
  const read = await run(['replay', '--dir', folder, 'contacts-sync', '--against', target.url], {
    ...at,
    typed: 'yes\n',
  });
  const nowhere = await run([...args.slice(0, -1), 'http://127.0.0.1:1', '--yes'], at);

  expect(refused.out).toContain('POST /contacts: contacts lead-7 with email, firstName');
  expect([refused.status, refused.out.includes('not sent')]).toEqual([2, true]);
  expect([unasked.status, unasked.out.includes('not sent')]).toEqual([2, true]);
  expect([before, after]).toEqual([0, 1]);
  expect(sent.out).toContain('answered 201');
  expect(read.out).toContain('answered 200');
  expect(read.out).toContain(`Send it to ${target.url}?`);
  expect([nowhere.status, nowhere.err]).toEqual([2, 'error: Nothing responds at http://127.0.0.1:1\n']);
});
