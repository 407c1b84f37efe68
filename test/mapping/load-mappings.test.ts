import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkFolder } from '../../src/mapping/check/check-folder.ts';
import { checkMappings, loadMappings } from '../../src/mapping/load/load-mappings.ts';
import { formatDiagnostic, MappingError } from '../../src/mapping/schema/diagnostic.ts';

const contactsFile = `version: 1
target: hubspot/contacts
match: { rules: [{ enginy: email, crm: email, transform: [email] }] }
write: { fields: [{ enginy: email, crm: email, transform: [email] }] }
`;

function aFolder(files: Readonly<Record<string, string | Buffer>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'mappings-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

test('loads every mapping of a folder, frozen, with a digest of each file and of all', () => {
  const dir = aFolder({ 'contacts.yaml': contactsFile, 'firmen.yaml': contactsFile.replace('contacts', 'companies') });

  const { contacts, companies, hash } = loadMappings(dir, { defaultCountry: 'ES' });

  expect(contacts).toMatchObject({ object: 'contacts', target: { crm: 'hubspot', objectType: 'contacts' } });
  expect(contacts.locale).toMatchObject({ defaultCountry: 'ES' });
  expect(companies?.object).toBe('companies');
  expect(new Set([contacts.hash, companies?.hash, hash]).size).toBe(3);
  expect(hash).toMatch(/^[0-9a-f]{12}$/);
  expect(Object.isFrozen(contacts.write.fields[0])).toBe(true);
});

test('gives the same digest for the same text, wherever the folder lies', () => {
  const first = loadMappings(aFolder({ 'contacts.yaml': contactsFile }));
  const second = loadMappings(aFolder({ 'contacts.yaml': contactsFile }));
  const third = loadMappings(aFolder({ 'contacts.yaml': `${contactsFile}# changed\n` }));

  expect(second.hash).toBe(first.hash);
  expect(third.hash).not.toBe(first.hash);
});

test('throws one error with all findings of all files', () => {
  const dir = aFolder({ 'contacts.yaml': contactsFile.replace('[email]', '[emial]'), 'other.yaml': 'target: [' });

  const load = () => loadMappings(dir);

  expect(load).toThrow(MappingError);
  expect(load).toThrow(/contacts\.yaml:3:59 {2}error {2}unknown-transform(.|\n)*other\.yaml:1:\d+ {2}error {2}yaml/);
});

test('reports a folder that is missing or has no contacts file', () => {
  expect(checkMappings('/nowhere/mappings').diagnostics.map(formatDiagnostic)).toEqual([
    '/nowhere/mappings:1:1  error  missing-file  cannot read the folder (ENOENT)',
  ]);
  const dir = aFolder({});
  expect(checkMappings(dir).diagnostics.map(formatDiagnostic)).toEqual([
    `${dir}:1:1  error  missing-file  no file in this folder maps contacts (target: hubspot/contacts)`,
  ]);
});

test('skips files that are not mapping files, and warns about names that look like one', () => {
  const dir = aFolder({ 'contacts.yaml': contactsFile, 'companies.yml': 'x', 'notes.txt': 'x', '.hidden.yaml': ':' });
  mkdirSync(join(dir, '..data'));

  const { mappings, diagnostics } = checkMappings(dir);

  expect(mappings?.contacts).toBeDefined();
  expect(diagnostics.map(formatDiagnostic)).toEqual([
    `${join(dir, 'companies.yml')}:1:1  warning  unread-file  the file is ignored: names of mapping files must end in .yaml`,
  ]);
});

test('refuses a file that is not UTF-8 text, and reads one with a byte order mark and Windows line ends', () => {
  const broken = aFolder({ 'contacts.yaml': Buffer.from([0xff, 0xfe, 0x41]) });
  const windows = aFolder({ 'contacts.yaml': `\ufeff${contactsFile.replaceAll('\n', '\r\n')}` });

  expect(checkMappings(broken).diagnostics[0]?.message).toMatch(/cannot read the file as UTF-8/);
  expect(checkMappings(windows).diagnostics).toEqual([]);
});

test('reads every value as its literal text', () => {
  const text = `${contactsFile}return: [{ crm: a, enginy: yes }]\n`.replace(
    'fields: [',
    'on_create: [{ crm: code, value: 007 }, { crm: answer, value: no }, { crm: ratio, value: 1.10 }], fields: [',
  );

  const { contacts } = loadMappings(aFolder({ 'contacts.yaml': text }));

  expect(contacts.write.on_create.map(({ value }) => value)).toEqual(['007', 'no', '1.10']);
  expect(contacts.return[0]?.enginy).toBe('yes');
});

test('runs the examples next to the files and points at the line of each that fails', () => {
  const examples = `examples:
  - name: addresses are small
    enginy: { email: ADA@example.com, title: CTO }
    create:
      email: ada@example.org
      jobtitle: CTO
    match_keys: { email: ada@example.com }
    unknown: [titel]
  - name: expects nothing
    enginy: { email: a@example.com }
  - name: has both sides
    enginy: {}
    crm: {}
  - name: returns nothing
    crm: { email: a@example.com }
    returns: { email: a@example.com }
  - name: asks the wrong side
    crm: { email: a@example.com }
    create: {}
`;
  const dir = aFolder({ 'contacts.yaml': contactsFile, 'contacts.examples.yaml': examples });

  const { mappings, diagnostics: listed, differences: diagnostics, examples: count } = checkFolder(dir);

  expect(mappings).toBeDefined();
  expect(count).toBe(5);
  expect(diagnostics.every(({ kind, severity }) => kind === 'example-failed' && severity === 'warning')).toBe(true);
  expect(listed.map(({ message }) => message)).toContainEqual(expect.stringMatching(/^\d of 5 examples no longer fit/));
  expect(diagnostics.map(({ line, message }) => `${line} ${message}`)).toEqual([
    '5 "addresses are small": create.email is "ada@example.com", expected "ada@example.org"',
    '6 "addresses are small": create.jobtitle is missing, expected "CTO"',
    '8 "addresses are small": unknown is missing "titel"',
    '8 "addresses are small": unknown has unexpected "title"',
    '9 "expects nothing" has no expectation: add match_keys, create, update, update_if_empty, options, unknown, warnings',
    '11 "has both sides" needs either enginy or crm',
    '16 "returns nothing": returns.email is missing, expected "a@example.com"',
    '19 "create" is only allowed in an example with enginy',
  ]);
});

test('reports an examples file of the wrong form instead of running it', () => {
  const dir = aFolder({ 'contacts.yaml': contactsFile, 'contacts.examples.yaml': 'examples:\n  - nmae: x\n' });

  expect(checkFolder(dir).diagnostics.map(({ line, kind, suggestion }) => [line, kind, suggestion])).toEqual([
    [2, 'unknown-key', 'name'],
    [2, 'missing-key', undefined],
  ]);
});

test('a text that was read before is judged again in each folder, under the name of its file there', () => {
  const doubtful = contactsFile.replace(
    'crm: email, transform: [email] }] }\nwrite',
    'crm: email, transform: [email] }] }\nfoo: 1\nwrite',
  );
  const folders = [aFolder({ 'contacts.yaml': doubtful }), aFolder({ 'people.yaml': doubtful })];

  const read = [...folders, ...folders].map((dir) =>
    checkMappings(dir).diagnostics.map(({ file, line }) => [file, line]),
  );

  const expected = folders.map((dir, at) => [[join(dir, at === 0 ? 'contacts.yaml' : 'people.yaml'), 4]]);
  expect(read).toEqual([...expected, ...expected]);
});
