/** No regular expression of the program takes more than linear time, or its text is known to be short. */
import { globSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { analyse } from 'scslre';
import { expect, test } from 'vitest';
import { parseAst } from 'vitest/node';

const root = new URL('..', import.meta.url).pathname;

interface Pattern {
  readonly source: string;
  readonly flags: string;
}

/** Patterns of one file: literals, and texts that are passed to RegExp. */
function patternsIn(file: string): readonly Pattern[] {
  const found: Pattern[] = [];
  visit(parseAst(readFileSync(file, 'utf8'), { lang: 'ts' }), (node) => {
    if (node.type === 'Literal' && node.regex !== undefined) {
      found.push({ source: node.regex.pattern, flags: node.regex.flags });
    } else if ((node.type === 'NewExpression' || node.type === 'CallExpression') && node.callee?.name === 'RegExp') {
      const [source, flags] = node.arguments ?? [];
      if (typeof source?.value === 'string') found.push({ source: source.value, flags: String(flags?.value ?? '') });
    }
  });
  return found;
}

interface Node {
  readonly type?: string;
  readonly name?: string;
  readonly value?: unknown;
  readonly regex?: { readonly pattern: string; readonly flags: string };
  readonly callee?: Node;
  readonly arguments?: readonly Node[];
}

function visit(node: unknown, look: (node: Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  // The parser's own type lists hundreds of nodes; only these fields matter, and each is tested for.
  if (!Array.isArray(node)) look(node as Node);
  for (const child of Object.values(node)) visit(child, look);
}

/** Patterns that modules compose of parts, as they are when the modules are loaded. */
async function composedPatterns(files: readonly string[]): Promise<readonly Pattern[]> {
  const composed: Pattern[] = [];
  const original = RegExp;
  globalThis.RegExp = new Proxy(original, {
    construct(target, given) {
      const pattern = Reflect.construct(target, given);
      // Libraries compose theirs, too.
      const caller = new Error('caller').stack?.split('\n')[2] ?? '';
      if (!caller.includes('/node_modules/')) composed.push(pattern);
      return pattern;
    },
  });
  try {
    for (const file of files) await import(`${file}?patterns`);
  } finally {
    globalThis.RegExp = original;
  }
  return composed.map(({ source, flags }) => ({ source, flags }));
}

/**
 * `Trade`: two repetitions of the same characters next to each other. `Self`: a repetition in a repetition. `Move`: a repetition that
 * a search tries from every place of the text.
 */
function faultsOf({ source, flags }: Pattern, types: readonly ('Trade' | 'Self' | 'Move')[]): readonly string[] {
  const { reports } = analyse(
    { source, flags },
    { reportTypes: { Trade: types.includes('Trade'), Self: types.includes('Self'), Move: types.includes('Move') } },
  );
  return reports.map(({ type }) => `${type}: /${source}/${flags}`);
}

const files = globSync(['src/**/*.ts', 'sandbox/**/*.ts', 'demo/**/*.ts'], { cwd: root }).map((name) => root + name);

test('no pattern has two adjacent unbounded repetitions, nor one inside another', () => {
  const all = files.flatMap((file) => patternsIn(file).map((pattern) => ({ file: relative(root, file), pattern })));

  expect(all.length).toBeGreaterThan(300);
  expect(
    all.flatMap(({ file, pattern }) => faultsOf(pattern, ['Trade', 'Self']).map((fault) => `${file} ${fault}`)),
  ).toEqual([]);
});

test('no composed pattern has them either', async () => {
  const values = files.filter((file) =>
    /\/src\/(mapping\/(values|transforms|run)|capture\/redact|crm|http)\//.test(file),
  );

  const composed = await composedPatterns(values);

  expect(composed.length).toBeGreaterThan(10);
  expect(composed.flatMap((pattern) => faultsOf(pattern, ['Trade', 'Self']))).toEqual([]);
});

/** Files whose searching patterns see short texts only, and why these are short. */
const shortTexts: Readonly<Record<string, string>> = {
  'src/console/replays/effects.ts': 'places and details are cut to 2,000 characters',
  'src/console/mapping/fields-without-row.ts': 'names of fields are cut to 200 characters',
  'demo/main.ts': 'an argument of the command line',
  'sandbox/records/normalize.ts': 'the embedded CRM limits values as HubSpot does',
  'src/bridge/timeline/markup/html-body.ts': 'HTML that is clean: every < is closed, blanks are cut before',
  'src/capture/redact/program-words.ts': "the project's own files",
  'src/contract/openapi.ts': 'the paths of the contract',
  'src/crm/hubspot/transport/transport.ts': 'a setting',
  'src/doctor/examine-address.ts': 'an address of the settings or the command line',
  'src/doctor/examine-enginy.ts': 'an address of the settings or the command line',
  'src/http/without-personal-data.ts': 'a sentence of the bridge, which quotes nothing long',
  'src/mapping/load/lint-field-names.ts': 'a line of a mapping file of at most 1 MB, checked in a thread',
  'src/mapping/run/property-name.ts': 'names of fields are cut before',
  'src/settings/setting-kinds.ts': 'a setting',
};

/** Transforms and redactors receive texts of a bounded length only (`maxLength`, `longest`). */
const shortFolders = ['src/mapping/values/', 'src/capture/redact/'];

test('patterns that may match from any position are applied only to short texts', () => {
  const searching = files.filter((file) => patternsIn(file).some((pattern) => faultsOf(pattern, ['Move']).length > 0));
  const names = searching.map((file) => relative(root, file));

  expect(names.length).toBeGreaterThan(10);
  expect(
    names.filter((name) => shortTexts[name] === undefined && !shortFolders.some((folder) => name.startsWith(folder))),
  ).toEqual([]);
});
