import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot, readSources, type SourceFile } from './support/source-files.ts';

const files = readSources('src');
const sandboxFiles = readSources('sandbox');

test('one file normalizes Unicode, after it limits the text', () => {
  const callers = files.filter(({ text }) => text.includes('.normalize(')).map(({ path }) => path);

  expect(callers).toEqual(['mapping/values/normalize-unicode.ts']);
});

test('one file reads the environment', () => {
  const readers = files.filter(({ text }) => text.includes('process.env')).map(({ path }) => path);

  expect(readers).toEqual(['environment.ts']);
});

test('a folder has at most 25 source files', () => {
  const houses = ['src', 'sandbox', 'test', 'bench', 'scripts', 'demo'];
  const folders = houses.flatMap((house) =>
    readdirSync(join(projectRoot, house), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => dirname(join(house, path))),
  );
  const counts = Map.groupBy(folders, (folder) => folder);

  expect([...counts].filter(([, { length }]) => length > 25).map(([folder]) => folder)).toEqual([]);
});

test('a file of the bridge or the embedded CRM has at most 300 lines', () => {
  const long = [...files, ...sandboxFiles].filter(({ text }) => text.trimEnd().split('\n').length > 300);

  expect(long.map(({ path }) => path)).toEqual([]);
});

/** File names that occur twice because both files are about the same thing, with what that is. */
const sharedNames: Readonly<Record<string, string>> = {
  'main.ts': 'where a program starts',
  'clock.ts': 'the time, for code whose tests set it',
  'api-versions.ts': "the paths of HubSpot's API versions, as a client and as a server know them",
  ...Object.fromEntries(
    ['activities', 'associations', 'health', 'openapi', 'records', 'tasks', 'users'].map((subject) => [
      `${subject}.ts`,
      'endpoints: the bodies in contract/, the routes in http/routes/',
    ]),
  ),
};

test('a file name stands for one thing', () => {
  const paths = [...files.map(({ path }) => `src/${path}`), ...sandboxFiles.map(({ path }) => `sandbox/${path}`)];
  const twice = [...Map.groupBy(paths, (path) => basename(path))].filter(([, { length }]) => length > 1);

  expect(twice.filter(([name]) => !Object.hasOwn(sharedNames, name))).toEqual([]);
  expect(Object.keys(sharedNames).filter((name) => !twice.some(([each]) => each === name))).toEqual([]);
});

/** Types and functions that two files export because both describe the same thing of HubSpot's or of the contract. */
const sharedExports = [
  'Account',
  'ApiVersion',
  'AssociationType',
  'Clock',
  'ObjectType',
  'Owner',
  'PropertyDefinition',
  'PropertyType',
  'RecordKind',
  'ScopeNeed',
  'accountDetails',
  'apiVersions',
  'defaultAssociationType',
  'listOwners',
  'listProperties',
  'listRecords',
  'normalizeDomain',
  'normalizeEmail',
];

test('an exported name stands for one thing', () => {
  const exported = [...files, ...sandboxFiles].flatMap(({ text }) => [
    ...new Set(
      [...text.matchAll(/^export (?:async )?(?:abstract )?(?:function\*?|type|interface|const|class) (\w+)/gm)].map(
        ([, name]) => name ?? '',
      ),
    ),
  ]);
  const twice = [...Map.groupBy(exported, (name) => name)].filter(([, { length }]) => length > 1);

  expect(twice.map(([name]) => name).sort()).toEqual([...sharedExports].sort());
});

test('no list of unknown length is spread into the arguments of a call', () => {
  // An argument list has room for some 120,000 values; a longer one is a RangeError.
  const spread =
    /(?:\.push|\.unshift|\.splice|\.concat|Math\.max|Math\.min|String\.fromCharCode|String\.fromCodePoint)\(\s*(?:[\w.'"[\]]+,\s*)*\.\.\./;
  const places = files.filter(({ text }) => spread.test(text)).map(({ path }) => path);

  expect(places).toEqual([]);
});

test('no promise ends in finally alone, so no rejection stays unhandled', () => {
  const places = files.filter(({ text }) => /\bvoid [^;]*\.finally\(/.test(text)).map(({ path }) => path);

  expect(places).toEqual([]);
});

/** What opens the body of a function, at the end of a formatted line; `if`, loops and classes open others. */
const bodyOpens = /(?:\)|=>|\}>|\): [^=]*[^=,\s]) \{$/;
const opensAnother = /^\s*(?:\} )?(?:else|if|for|while|switch|try|do|catch|finally)\b/;

/** The functions of a formatted file, each with its number of lines: signature, braces, comments and blank lines included. */
function functionLengths({ path, text }: SourceFile) {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    if (!bodyOpens.test(line) || opensAnother.test(line)) return [];
    const indent = /^\s*/.exec(line)?.[0] ?? '';
    const end = lines.findIndex((other, n) => n > at && other.startsWith(`${indent}}`));
    // A signature on several lines begins at the same indent and ends with `) {`.
    const start = /^\s*[)}]/.test(line)
      ? lines.findLastIndex(
          (other, n) => n < at && other.startsWith(indent) && /[^\s)}]/.test(other.charAt(indent.length)),
        )
      : at;
    return [{ place: `${path}:${start + 1}`, length: end - start + 1 }];
  });
}

test('no function has more than 60 lines, its signature and comments included', () => {
  const lengths = [...files, ...sandboxFiles].flatMap(functionLengths);

  expect(lengths.length).toBeGreaterThan(2_000);
  expect(lengths.filter(({ length }) => length > 60).map(({ place, length }) => `${place} has ${length}`)).toEqual([]);
});
