import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Diagnostic } from '../schema/diagnostic.ts';
import type { Path, YamlEdit } from '../schema/finding.ts';
import { excerptOf } from './excerpt.ts';
import { explainFault } from './explain-fault.ts';

/** A file's path, for messages, and its text. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** YAML as plain data, with the line and column of each path in it. */
export interface ParsedYaml {
  readonly file: string;
  readonly text: string;
  readonly content: unknown;
  readonly diagnostics: readonly Diagnostic[];
  locate(path: Path, atKey?: boolean): { readonly line: number; readonly column: number };
}

/** Far more than any mapping file has. Later checks take time for each value. */
const maxValues = 20_000;
const maxDepth = 40;
/** More are not reported anyway. */
const maxProblems = 200;

/**
 * Parses plain YAML: no duplicate keys, anchors, aliases, tags or multiple documents. If the text is not YAML, only the first fault is
 * reported, since the others usually follow from it.
 * @param values `text` reads every scalar as text, `json` recognizes numbers, booleans and null.
 */
export function parseYaml({ file, text }: SourceFile, values: 'text' | 'json'): ParsedYaml {
  const lines = new LineCounter();
  const document = parseQuietly(text, values, lines);
  const diagnostics: Diagnostic[] = [];
  const add = (place: { line: number; column: number }, message: string) => {
    if (diagnostics.length === maxProblems) return;
    diagnostics.push({ file, ...place, severity: 'error', kind: 'yaml', message, excerpt: excerptOf(text, place) });
  };
  const report = (offset: number, message: string) => add(placeAt(lines, offset), message);
  const places: Places = new Map();
  const locateIn = (path: Path, atKey?: boolean) => locate({ lines, places }, path, atKey === true);
  const [problem] = [...document.errors, ...document.warnings]
    .filter(({ code }) => code !== 'TAG_RESOLVE_FAILED') // reported below
    .toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (problem !== undefined) {
    const { message, ...place } = explainFault(text, {
      ...problem,
      message: problem.message,
      ...placeAt(lines, problem.pos[0]),
    });
    add({ line: place.line, column: place.column }, message);
    return { file, text, content: undefined, diagnostics, locate: locateIn };
  }
  const content = toPlain(document.contents, [], { places, report, count: 0 });
  if (content === undefined && diagnostics.length === 0) report(0, 'the file is empty');
  return { file, text, content, diagnostics, locate: locateIn };
}

/** Without stack traces: a hostile text has a hundred thousand errors, and each trace takes longer than the parsing. */
function parseQuietly(text: string, values: 'text' | 'json', lineCounter: LineCounter) {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parseDocument(text, {
      version: '1.2',
      schema: values === 'text' ? 'failsafe' : 'core',
      lineCounter,
      stringKeys: true,
      uniqueKeys: false, // takes the square of their number; checked below
      prettyErrors: false,
    });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function placeAt(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

type Places = Map<string, { key?: number; value: number }>;

/** Receives the place of each value, and what is not allowed. */
interface Collector {
  readonly places: Places;
  readonly report: (offset: number, message: string) => void;
  /** Values so far. */
  count: number;
}

function toPlain(node: Node | null, path: Path, collector: Collector): unknown {
  if (node === null) return undefined;
  const { places, report } = collector;
  const start = node.range?.[0] ?? 0;
  collector.count += 1;
  if (collector.count > maxValues || path.length > maxDepth) {
    if (collector.count === maxValues + 1) report(start, `the file has more than ${maxValues} values`);
    if (path.length > maxDepth) report(start, 'the file is nested too deeply');
    collector.count = Math.max(collector.count, maxValues + 1);
    return undefined;
  }
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
    return node.items
      .slice(0, maxValues + 1)
      .map((item, index) => toPlain(item as Node | null, [...path, index], collector) ?? null);
  }
  if (!isMap(node)) return undefined;
  const entries: [string, unknown][] = [];
  const names = new Set<string>();
  for (const pair of node.items) {
    if (collector.count > maxValues) break;
    const pairKey = pair.key;
    if (!isScalar(pairKey)) continue;
    const name = String(pairKey.value);
    const at = pairKey.range?.[0] ?? start;
    if (name === '__proto__') {
      report(at, '"__proto__" cannot be used as a key');
      continue;
    }
    if (names.has(name)) {
      report(at, 'duplicate key');
      continue;
    }
    names.add(name);
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

/** Changes values of a YAML text. Comments and the style of what stays are kept. */
export function editYaml(text: string, edits: readonly YamlEdit[]): string {
  const document = parseDocument(text, { version: '1.2', schema: 'core' });
  for (const { path, value } of edits) {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, document.createNode(value, { flow: true }));
  }
  const edited = document.toString({ lineWidth: 0 });
  // The library pads lists like objects, but people write [a, b].
  return /\[ /.test(text) ? edited : edited.replace(/\[ ([^[\]"'\n]*) \]/g, '[$1]');
}
