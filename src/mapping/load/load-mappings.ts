import { createHash } from 'node:crypto';
import { type Diagnostic, hasErrors, MappingError } from '../schema/diagnostic.ts';
import type { Finding } from '../schema/finding.ts';
import type { Locale } from '../values/locale.ts';
import { checkContent, kindByName, kindByTarget } from './check-content.ts';
import { type FileKindName, fileKinds, type Mappings } from './file-kinds.ts';
import { locateFindings } from './locate-findings.ts';
import { type ParsedYaml, parseYaml, type SourceFile } from './parse-yaml.ts';
import { readFolder } from './read-folder.ts';

/** The result of checking a folder's files. */
export interface CheckedMappings {
  /** Absent if any diagnostic is an error. */
  readonly mappings?: Mappings;
  readonly diagnostics: readonly Diagnostic[];
  /** The parsed files by path, to locate later findings. */
  readonly documents: ReadonlyMap<string, ParsedYaml>;
}

/**
 * Reads, checks and freezes the mapping files of a folder.
 * @throws MappingError with all diagnostics of all files.
 */
export function loadMappings(dir: string, locale: Locale = {}): Mappings {
  const { mappings, diagnostics } = checkMappings(dir, locale);
  if (mappings === undefined) throw new MappingError(diagnostics);
  return mappings;
}

/** Like {@link loadMappings}, but returns the diagnostics instead of throwing. */
export function checkMappings(dir: string, locale: Locale = {}): CheckedMappings {
  const folder = readFolder(dir);
  if (folder.files === undefined) return { diagnostics: folder.diagnostics, documents: new Map() };
  const checked = checkSources(dir, folder.files, locale);
  return { ...checked, diagnostics: [...folder.diagnostics, ...checked.diagnostics] };
}

/** Checks files that are already in memory. Diagnostics about missing files name `dir`. */
export function checkSources(dir: string, sources: readonly SourceFile[], locale: Locale = {}): CheckedMappings {
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
      findings.push({ path: ['target'], kind: 'duplicate-file', message: `${first} already maps ${name}` });
    } else if (name !== undefined) seen.set(name, source.file);
    findings.push(...checkContent(name ?? kindByName(source.file), yaml.content));
    const located = locateFindings(yaml, findings);
    diagnostics.push(...located);
    if (name === undefined || hasErrors(located)) continue;
    const origin = { file: source.file, hash: digest(source.text), locale };
    built.set(name, deepFreeze(fileKinds[name].build(yaml.content, origin)));
  }
  const seenNames = new Set<string>(seen.keys());
  for (const [name, kind] of Object.entries(fileKinds)) {
    if (!kind.isRequired || seenNames.has(name) || isKindUnknown) continue;
    const message = `no file in this folder maps ${name} (target: hubspot/${name})`;
    diagnostics.push({ file: dir, line: 1, column: 1, severity: 'error', kind: 'missing-file', message });
  }
  if (hasErrors(diagnostics)) return { diagnostics, documents };
  const hash = digest(sources.map(({ file, text }) => `${file.split(/[/\\]/).at(-1)}\n${text}`).join('\u0000'));
  // Each entry was built by its own kind, and missing required kinds returned above.
  const mappings = Object.freeze({ ...Object.fromEntries(built), hash }) as unknown as Mappings;
  return { mappings, diagnostics, documents };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const entry of Object.values(value)) deepFreeze(entry);
  return Object.freeze(value);
}
