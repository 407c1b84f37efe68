import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Diagnostic } from '../schema/diagnostic.ts';
import type { Path } from '../schema/finding.ts';

/** A file's path, for messages, and its text. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** YAML as plain data, with the line and column of each path in it. */
export interface ParsedYaml {
  readonly file: string;
  readonly content: unknown;
  readonly diagnostics: readonly Diagnostic[];
  locate(path: Path, atKey?: boolean): { readonly line: number; readonly column: number };
}

/**
 * Parses plain YAML: no duplicate keys, anchors, aliases, tags or multiple documents.
 * @param values `text` reads every scalar as text, `json` recognizes numbers, booleans and null.
 */
export function parseYaml({ file, text }: SourceFile, values: 'text' | 'json'): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: values === 'text' ? 'failsafe' : 'core',
    lineCounter: lines,
    stringKeys: true,
    uniqueKeys: true,
    prettyErrors: false,
  });
  const diagnostics: Diagnostic[] = [];
  const report = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset);
    diagnostics.push({
      file,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      severity: 'error',
      kind: 'yaml',
      message,
    });
  };
  for (const problem of [...document.errors, ...document.warnings]) report(problem.pos[0], plainYamlMessage(problem));
  const places = new Map<string, { key?: number; value: number }>();
  const content = toPlain(document.contents, [], { places, report });
  if (content === undefined && diagnostics.length === 0) report(0, 'the file is empty');
  return { file, content, diagnostics, locate: (path, atKey) => locate({ lines, places }, path, atKey === true) };
}

type Places = Map<string, { key?: number; value: number }>;

/** Receives the place of each value, and what is not allowed. */
interface Collector {
  readonly places: Places;
  readonly report: (offset: number, message: string) => void;
}

function toPlain(node: Node | null, path: Path, collector: Collector): unknown {
  if (node === null) return undefined;
  const { places, report } = collector;
  const start = node.range?.[0] ?? 0;
  const key = JSON.stringify(path);
  places.set(key, { ...places.get(key), value: start });
  if (isAlias(node)) {
    report(start, 'aliases (*name) are not allowed in mapping files: write out the value');
    return undefined;
  }
  if ('anchor' in node && node.anchor !== undefined) {
    report(start, 'anchors (&name) are not allowed in mapping files');
  }
  if (node.tag !== undefined)
    report(start, `tags (${node.tag.replace('tag:yaml.org,2002:', '!!')}) are not allowed in mapping files`);
  if (isScalar(node)) {
    return node.type === 'PLAIN' && node.source === '' ? undefined : node.value;
  }
  if (isSeq(node)) {
    // Items of a parsed sequence are nodes, or null for an empty entry.
    return node.items.map((item, index) => toPlain(item as Node | null, [...path, index], collector) ?? null);
  }
  if (!isMap(node)) return undefined;
  const entries: [string, unknown][] = [];
  for (const pair of node.items) {
    const pairKey = pair.key;
    if (!isScalar(pairKey)) continue;
    const name = String(pairKey.value);
    const at = pairKey.range?.[0] ?? start;
    if (name === '__proto__') {
      report(at, '"__proto__" cannot be used as a key');
      continue;
    }
    const inner = [...path, name];
    places.set(JSON.stringify(inner), { key: at, value: at });
    entries.push([name, toPlain(pair.value as Node | null, inner, collector)]); // a parsed map holds nodes only
  }
  return Object.fromEntries(entries);
}

/** The place of a path, or of its nearest parent in the file. */
function locate(
  { lines, places }: { readonly lines: LineCounter; readonly places: Places },
  path: Path,
  atKey: boolean,
) {
  for (let length = path.length; length >= 0; length -= 1) {
    const place = places.get(JSON.stringify(path.slice(0, length)));
    if (place === undefined) continue;
    const isWhole = length === path.length;
    const { line, col } = lines.linePos(atKey && isWhole ? (place.key ?? place.value) : place.value);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
  return { line: 1, column: 1 };
}

function plainYamlMessage(problem: { code: string; message: string }): string {
  if (problem.code === 'DUPLICATE_KEY') return 'duplicate key';
  if (problem.code === 'MULTIPLE_DOCS') return 'a mapping file is a single document: "---" cannot start another';
  const unclosed = /^Flow (sequence|map) .* end with a (.)$/.exec(problem.message);
  if (unclosed !== null)
    return `the ${unclosed[1] === 'map' ? 'object' : 'list'} that starts here or earlier must end with ${unclosed[2]}`;
  return problem.message.replace(/\s+/g, ' ').replace(/; please use YAML\.\w+\(\)/, '');
}
