import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('../src/', import.meta.url).pathname;

interface SourceFile {
  /** Relative to src, e.g. `bridge/match-records.ts`. */
  readonly path: string;
  readonly text: string;
  /** Files of src that it imports, relative to src; dynamic imports included. */
  readonly imports: readonly string[];
  /** Packages that it imports, without sub-paths. */
  readonly packages: readonly string[];
}

const files: readonly SourceFile[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
    return {
      path,
      text,
      imports: specifiers
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => relative(root, join(root, dirname(path), specifier))),
      packages: specifiers
        .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
        .map((specifier) => /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[0] ?? specifier),
    };
  });

function placesOf(packageName: string): string[] {
  return files.filter(({ packages }) => packages.includes(packageName)).map(({ path }) => path);
}

test('one file reads the environment', () => {
  const readers = files.filter(({ text }) => text.includes('process.env')).map(({ path }) => path);

  expect(readers).toEqual(['environment.ts']);
});

test.each([
  ['p-limit', /^crm\/pacer\.ts$/],
  ['lru-cache', /^bridge\/record-id-cache\.ts$/],
  ['sanitize-html', /^bridge\/html-body\.ts$/],
  ['yaml', /^mapping\/load-mappings\.ts$/],
  ['@hubspot/api-client', /^crm\/hubspot\//],
  ['express', /^(app\.ts|http\/)/],
  ['prom-client', /^metrics\.ts$/],
  ['commander', /^cli\//],
  ['nock', /^capture\/replay\/intercept-crm\.ts$/],
  ['pino', /^(logger|app|serve|run|http\/request-log|capture\/replay\/replay-capture)\.ts$/],
])('%s is used, and from its own place alone', (packageName, place) => {
  const places = placesOf(packageName);

  expect(places.length).toBeGreaterThan(0);
  expect(places.filter((path) => !place.test(path))).toEqual([]);
});

/** Folder → the folders and files of src that it may import from, itself always. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'contract/': ['errors.ts'],
  'mapping/': [],
  'crm/hubspot/': ['crm/', 'errors.ts', 'logger.ts'],
  'crm/': ['errors.ts', 'logger.ts'],
  'bridge/': ['mapping/', 'crm/crm.ts', 'crm/deadline.ts', 'contract/', 'errors.ts', 'logger.ts'],
  'http/': ['bridge/', 'mapping/', 'crm/crm.ts', 'crm/deadline.ts', 'contract/', 'errors.ts', 'logger.ts'],
  'live-check/': ['mapping/', 'crm/crm.ts', 'errors.ts'],
  'explain/': ['bridge/', 'mapping/', 'crm/crm.ts', 'logger.ts'],
  'capture/redact/': ['mapping/'],
  'capture/replay/': ['capture/', 'app.ts', 'bridge/', 'crm/', 'mapping/', 'errors.ts'],
  'capture/': ['bridge/', 'crm/crm.ts', 'mapping/', 'config.ts', 'logger.ts', 'version.ts'],
  'sandbox/': [],
};

test.each(Object.entries(mayImport))('%s imports in one direction only', (folder, allowed) => {
  const within = files.filter(({ path }) => path.startsWith(folder) && isInnermost(path, folder));
  const strays = within.flatMap(({ path, imports }) =>
    imports
      .filter((target) => ![folder, ...allowed].some((prefix) => target.startsWith(prefix)))
      .map((target) => `${path} → ${target}`),
  );

  expect(within.length).toBeGreaterThan(0);
  expect(strays).toEqual([]);
});

/** `crm/hubspot/x.ts` is judged by the rule of `crm/hubspot/`, not by that of `crm/`. */
function isInnermost(path: string, folder: string): boolean {
  return !Object.keys(mayImport).some((other) => other.length > folder.length && path.startsWith(other));
}

test('the port and the pacer know no CRM', () => {
  const outside = files.filter(({ path }) => path.startsWith('crm/') && !path.startsWith('crm/hubspot/'));

  expect(outside.filter(({ imports }) => imports.some((target) => target.startsWith('crm/hubspot/')))).toEqual([]);
});
