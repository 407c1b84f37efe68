import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadLiveMappings, type ReloadResult } from '../src/live-mappings.ts';
import { MappingError } from '../src/mapping/schema/diagnostic.ts';
import { logSink } from './support/log-sink.ts';
import { mappingFolder } from './support/mapping-folder.ts';

const contacts = (title: string) => `version: 1
target: hubspot/contacts
match: { rules: [{ enginy: email, crm: email, transform: [email] }] }
write: { fields: [{ enginy: title, crm: ${title} }] }
`;

/** Follows a folder; `settled` waits until the results so far are these. Repeats count once: a look that finds the same may come at any time. */
async function follow(dir: string) {
  const { log, entries } = logSink();
  const live = await loadLiveMappings({ dir, locale: {}, pollMs: 5 }, { log });
  onTestFinished(() => live.close());
  const results: ReloadResult[] = [];
  live.follow((result) => {
    if (result !== results.at(-1)) results.push(result);
  });
  const settled = (...expected: ReloadResult[]) => expect.poll(() => results).toEqual(expected);
  return { live, entries, settled };
}

function targetOf(live: {
  current(): { contacts: { write: { fields: readonly { crm: string }[] } } };
}): string | undefined {
  return live.current().contacts.write.fields[0]?.crm;
}

test('activates an edited file and logs it', async () => {
  const dir = mappingFolder({ 'contacts.yaml': contacts('jobtitle') });
  const { live, entries, settled } = await follow(dir);
  const before = live.current().hash;

  writeFileSync(join(dir, 'contacts.yaml'), contacts('role'));
  await settled('applied');

  expect(targetOf(live)).toBe('role');
  expect(live.state()).toEqual({ hash: live.current().hash, loadedAt: expect.any(String) });
  expect(entries).toContainEqual(expect.objectContaining({ level: 'info', before, mapping: live.current().hash }));
});

test('keeps the last valid version after a bad edit, logs the findings, and activates the next valid one', async () => {
  const dir = mappingFolder({ 'contacts.yaml': contacts('jobtitle') });
  const { live, entries, settled } = await follow(dir);
  const before = live.current();

  writeFileSync(join(dir, 'contacts.yaml'), contacts('Job Title'));
  await settled('refused');
  expect(live.current()).toBe(before);
  expect(live.state().refused?.diagnostics).toMatchObject([{ line: 4, kind: 'bad-option' }]);
  expect(entries).toContainEqual(
    expect.objectContaining({ level: 'warn', findings: [expect.stringContaining('contacts.yaml:4:')] }),
  );

  writeFileSync(join(dir, 'contacts.yaml'), contacts('role'));
  await settled('refused', 'applied');
  expect(targetOf(live)).toBe('role');
  expect(live.state().refused).toBeUndefined();
});

test('forgets a bad edit that is reverted', async () => {
  const dir = mappingFolder({ 'contacts.yaml': contacts('jobtitle') });
  const { live, settled } = await follow(dir);

  writeFileSync(join(dir, 'contacts.yaml'), '');
  await settled('refused');
  writeFileSync(join(dir, 'contacts.yaml'), contacts('jobtitle'));
  await settled('refused', 'unchanged');

  expect(live.state().refused).toBeUndefined();
});

test('notices that the folder is replaced by another through a symlink', async () => {
  const root = mappingFolder({});
  for (const title of ['jobtitle', 'role']) {
    mkdirSync(join(root, title));
    writeFileSync(join(root, title, 'contacts.yaml'), contacts(title));
  }
  const dir = join(root, 'current');
  symlinkSync('jobtitle', dir);
  const { live, settled } = await follow(dir);

  symlinkSync('role', join(root, 'next'));
  renameSync(join(root, 'next'), dir);
  await settled('applied');

  expect(targetOf(live)).toBe('role');
});

test('notices the files of a mounted ConfigMap, which are symlinks into a folder that is swapped', async () => {
  const root = mappingFolder({});
  const dir = join(root, 'mounted');
  mkdirSync(dir);
  for (const version of ['v1', 'v2']) mkdirSync(join(dir, `..${version}`));
  writeFileSync(join(dir, '..v1', 'contacts.yaml'), contacts('jobtitle'));
  writeFileSync(join(dir, '..v2', 'contacts.yaml'), contacts('role'));
  symlinkSync('..v1', join(dir, '..data'));
  symlinkSync(join('..data', 'contacts.yaml'), join(dir, 'contacts.yaml'));
  const { live, settled } = await follow(dir);

  symlinkSync('..v2', join(dir, '..data_tmp'));
  renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
  await settled('applied');

  expect(targetOf(live)).toBe('role');
});

test('survives a folder that is missing for a while', async () => {
  const root = mappingFolder({});
  const dir = join(root, 'mappings');
  cpSync(mappingFolder({ 'contacts.yaml': contacts('jobtitle') }), dir, { recursive: true });
  const { live, settled } = await follow(dir);

  rmSync(dir, { recursive: true });
  await settled('refused');
  expect(targetOf(live)).toBe('jobtitle');
  cpSync(mappingFolder({ 'contacts.yaml': contacts('role') }), dir, { recursive: true });
  await settled('refused', 'applied');

  expect(targetOf(live)).toBe('role');
});

test('adds a new file of another kind to the same version', async () => {
  const dir = mappingFolder({ 'contacts.yaml': contacts('jobtitle') });
  const { live, settled } = await follow(dir);

  const companies = contacts('name')
    .replace('hubspot/contacts', 'hubspot/companies')
    .replace('email, crm: email', 'name, crm: name');
  writeFileSync(join(dir, 'companies.yaml'), companies.replace('[email]', '[trim]'));
  await settled('applied');

  expect(live.current().companies?.target.objectType).toBe('companies');
});

test('does not start with files that have errors', async () => {
  const dir = mappingFolder({ 'contacts.yaml': contacts('Job Title') });

  await expect(loadLiveMappings({ dir, locale: {}, pollMs: 1_000 }, logSink())).rejects.toThrow(MappingError);
});
