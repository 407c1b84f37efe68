import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { type Diagnostic, hasErrors, MappingError } from '../schema/diagnostic.ts';
import type { Finding, Path } from '../schema/finding.ts';
import type { TransformContext } from '../values/transforms.ts';
import { checkContent, kindByName, kindByTarget } from './check-content.ts';
import { type FileKindName, fileKinds, type Mappings } from './file-kinds.ts';
import { locateFindings, type ParsedYaml } from './parsed-yaml.ts';

/** A file as it was read: its path, for messages, and its text. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** What became of a folder's files. */
export interface CheckedMappings {
  /** Absent when one of the findings is an error. */
  readonly mappings?: Mappings;
  readonly diagnostics: readonly Diagnostic[];
  /** The files as they were read, by path: places for findings that come later. */
  readonly documents: ReadonlyMap<string, ParsedYaml>;
}

/** Reads, checks and freezes the mapping files of a folder. Throws MappingError with every finding of every file. */
export function loadMappings(dir: string, context: TransformContext = {}): Mappings {
  const { mappings, diagnostics } = checkMappings(dir, context);
  if (mappings === undefined) throw new MappingError(diagnostics);
  return mappings;
}

/** As {@link loadMappings}, with the findings as a value. */
export function checkMappings(dir: string, context: TransformContext = {}): CheckedMappings {
  const folder = readFolder(dir);
  if (folder.files === undefined) return { diagnostics: folder.diagnostics, documents: new Map() };
  const checked = checkSources(dir, folder.files, context);
  return { ...checked, diagnostics: [...folder.diagnostics, ...checked.diagnostics] };
}

/** Checks files that were read already. `dir` is named where a whole file is missing. */
export function checkSources(
  dir: string,
  sources: readonly SourceFile[],
  context: TransformContext = {},
): CheckedMappings {
  const diagnostics: Diagnostic[] = [];
  const documents = new Map<string, ParsedYaml>();
  const built = new Map<FileKindName, unknown>();
  const seen = new Map<FileKindName, string>();
  let isKindUnknown = false;
  for (const source of sources) {
    const yaml = parseYaml(source, 'text');
    documents.set(source.file, yaml);
    const findings: Finding[] = [];
    const name = yaml.diagnostics.length > 0 ? undefined : kindByTarget(yaml.content, findings);
    isKindUnknown ||= name === undefined;
    diagnostics.push(...yaml.diagnostics);
    if (yaml.diagnostics.length > 0) continue;
    const first = name === undefined ? undefined : seen.get(name);
    if (first !== undefined) {
      findings.push({ path: ['target'], kind: 'duplicate-file', message: `${first} maps ${name} already` });
    } else if (name !== undefined) seen.set(name, source.file);
    findings.push(...checkContent(name ?? kindByName(source.file), yaml.content));
    const located = locateFindings(yaml, findings);
    diagnostics.push(...located);
    if (name === undefined || hasErrors(located)) continue;
    const origin = { file: source.file, hash: digest(source.text), context };
    built.set(name, deepFreeze(fileKinds[name].build(yaml.content, origin)));
  }
  const seenNames = new Set<string>(seen.keys());
  for (const [name, kind] of Object.entries(fileKinds)) {
    if (!kind.isRequired || seenNames.has(name) || isKindUnknown) continue;
    const message = `no file here has a target such as hubspot/${name}`;
    diagnostics.push({ file: dir, line: 1, column: 1, severity: 'error', kind: 'missing-file', message });
  }
  if (hasErrors(diagnostics)) return { diagnostics, documents };
  const hash = digest(sources.map(({ file, text }) => `${file.split(/[/\\]/).at(-1)}\n${text}`).join('\u0000'));
  // Every kind was built by its own entry of fileKinds, and the required ones have just been seen.
  const mappings = Object.freeze({ ...Object.fromEntries(built), hash }) as unknown as Mappings;
  return { mappings, diagnostics, documents };
}

/** Reads the examples beside a mapping file (`contacts.yaml` → `contacts.examples.yaml`); undefined when there are none. */
export function readExamples(mappingFile: string): ParsedYaml | undefined {
  const file = mappingFile.replace(/\.yaml$/, '.examples.yaml');
  return existsSync(file) ? parseYaml({ file, text: readText(file) }, 'json') : undefined;
}

/**
 * Parses one YAML text in the plain form of mapping files: no duplicate keys, anchors, aliases, tags or second documents.
 * `text`: every value is the text that was written; `json`: numbers, true, false and null are told apart.
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
  const content = toPlain(document.contents, [], places, report);
  if (content === undefined && diagnostics.length === 0) report(0, 'the file is empty');
  return { file, content, diagnostics, locate: (path, atKey) => locate(lines, places, path, atKey === true) };
}

/** The mapping files of a folder; `files` is absent when the folder cannot be read. */
function readFolder(dir: string): { files?: SourceFile[]; diagnostics: Diagnostic[] } {
  const at = { line: 1, column: 1 } as const;
  const diagnostics: Diagnostic[] = [];
  let names: string[];
  try {
    names = readdirSync(dir).toSorted();
  } catch (error) {
    const message = `the folder cannot be read (${errorCode(error)})`;
    return { diagnostics: [{ file: dir, ...at, severity: 'error', kind: 'missing-file', message }] };
  }
  const files: SourceFile[] = [];
  for (const name of names) {
    const file = join(dir, name);
    if (name.startsWith('.') || /\.examples\.ya?ml$/.test(name)) continue;
    if (/\.(yml|YAML|YML)$/.test(name)) {
      const message = 'the file is not read: names of mapping files end in .yaml';
      diagnostics.push({ file, ...at, severity: 'warning', kind: 'unread-file', message });
    }
    if (!name.endsWith('.yaml')) continue;
    try {
      files.push({ file, text: readText(file) });
    } catch (error) {
      const message = `the file cannot be read as UTF-8 text (${errorCode(error)})`;
      diagnostics.push({ file, ...at, severity: 'error', kind: 'yaml', message });
    }
  }
  return { files, diagnostics };
}

function readText(file: string): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const entry of Object.values(value)) deepFreeze(entry);
  return Object.freeze(value);
}

type Places = Map<string, { key?: number; value: number }>;

function toPlain(
  node: Node | null,
  path: Path,
  places: Places,
  report: (offset: number, message: string) => void,
): unknown {
  if (node === null) return undefined;
  const start = node.range?.[0] ?? 0;
  const key = JSON.stringify(path);
  places.set(key, { ...places.get(key), value: start });
  if (isAlias(node)) {
    report(start, 'aliases (*name) are not used in mapping files: write the value out');
    return undefined;
  }
  if ('anchor' in node && node.anchor !== undefined) {
    report(start, 'anchors (&name) are not used in mapping files');
  }
  if (node.tag !== undefined)
    report(start, `tags (${node.tag.replace('tag:yaml.org,2002:', '!!')}) are not used in mapping files`);
  if (isScalar(node)) {
    return node.type === 'PLAIN' && node.source === '' ? undefined : node.value;
  }
  if (isSeq(node)) {
    // The AST's items are nodes, or null for an entry that is empty.
    return node.items.map((item, index) => toPlain(item as Node | null, [...path, index], places, report) ?? null);
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
    entries.push([name, toPlain(pair.value as Node | null, inner, places, report)]); // a parsed map holds nodes only
  }
  return Object.fromEntries(entries);
}

/** The place of a path, or of the nearest thing around it that is there. */
function locate(lines: LineCounter, places: Places, path: Path, atKey: boolean) {
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
  if (problem.code === 'DUPLICATE_KEY') return 'this key stands here twice';
  if (problem.code === 'MULTIPLE_DOCS') return 'a mapping file is one document: "---" cannot start another';
  const unclosed = /^Flow (sequence|map) .* end with a (.)$/.exec(problem.message);
  if (unclosed !== null)
    return `the ${unclosed[1] === 'map' ? 'group' : 'list'} that begins here or before must end with ${unclosed[2]}`;
  return problem.message.replace(/\s+/g, ' ').replace(/; please use YAML\.\w+\(\)/, '');
}
