import { createHash } from 'node:crypto';
import { type Diagnostic, hasErrors, MappingError } from '../schema/diagnostic.ts';
import type { Finding } from '../schema/finding.ts';
import type { Locale } from '../values/locale.ts';
import { checkContent, kindByName, kindByTarget } from './check-content.ts';
import { type FileKindName, fileKinds, type Mappings } from './file-kinds.ts';
import { locateFindings } from './locate-findings.ts';
import type { ParsedYaml, SourceFile } from './parse-yaml.ts';
import { parseYamlOnce } from './parse-yaml-once.ts';
import { plainFaults } from './plain-faults.ts';
import { readFolder } from './read-folder.ts';

/** The result of checking a folder's files. */
export interface CheckedMappings {
  /** Absent if any diagnostic is an error. */
  readonly mappings?: Mappings;
  readonly diagnostics: readonly Diagnostic[];
  /** The parsed files by path, to locate later findings. */
  readonly documents: ReadonlyMap<string, ParsedYaml>;
  /** True if the system failed to read something, so that checking again may succeed. */
  readonly isIncomplete?: boolean;
}

/** A longer list does not help and would fill the memory. */
const maxDiagnostics = 200;

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
  const { files, diagnostics, isIncomplete } = readFolder(dir);
  if (files === undefined) return { diagnostics, documents: new Map(), isIncomplete };
  const { mappings, ...checked } = checkSources(dir, files, { locale, earlier: diagnostics });
  return { ...checked, ...(mappings !== undefined && { mappings }), isIncomplete };
}

/**
 * Checks files that are already in memory. Diagnostics about missing files name `dir`.
 * @param options.earlier diagnostics of reading the files; an error among them rejects the folder like any other.
 */
export function checkSources(
  dir: string,
  sources: readonly SourceFile[],
  { locale = {}, earlier = [] }: { readonly locale?: Locale; readonly earlier?: readonly Diagnostic[] } = {},
): CheckedMappings {
  const diagnostics: Diagnostic[] = [...earlier];
  const documents = new Map<string, ParsedYaml>();
  const built = new Map<FileKindName, unknown>();
  const seen = new Map<FileKindName, string>();
  let isKindUnknown = hasErrors(earlier);
  for (const source of sources) {
    const yaml = parseYamlOnce(source, 'text');
    documents.set(source.file, yaml);
    const findings: Finding[] = [];
    const name = yaml.diagnostics.length > 0 ? undefined : kindByTarget(yaml.content, findings);
    isKindUnknown ||= name === undefined;
    for (const diagnostic of yaml.diagnostics) diagnostics.push(diagnostic);
    if (yaml.diagnostics.length > 0) continue;
    const first = name === undefined ? undefined : seen.get(name);
    if (first !== undefined) {
      findings.push({ path: ['target'], kind: 'duplicate-file', message: `${first} already maps ${name}` });
    } else if (name !== undefined) seen.set(name, source.file);
    for (const finding of checkContent(name ?? kindByName(source.file), yaml.content)) findings.push(finding);
    const located = plainFaults(source.text, locateFindings(yaml, findings));
    for (const diagnostic of located) diagnostics.push(diagnostic);
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
  if (hasErrors(diagnostics)) return { diagnostics: atMost(maxDiagnostics, diagnostics), documents };
  const hash = digest(sources.map(({ file, text }) => `${file.split(/[/\\]/).at(-1)}\n${text}`).join('\u0000'));
  // Each entry was built by its own kind, and missing required kinds returned above.
  const mappings = Object.freeze({ ...Object.fromEntries(built), hash }) as unknown as Mappings;
  return { mappings, diagnostics: atMost(maxDiagnostics, diagnostics), documents };
}

/** The first diagnostics, errors before warnings, with a note of how many are not listed. */
function atMost(max: number, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.length <= max) return diagnostics;
  const listed = [
    ...diagnostics.filter(({ severity }) => severity === 'error'),
    ...diagnostics.filter(({ severity }) => severity === 'warning'),
  ].slice(0, max - 1);
  const message = `${diagnostics.length - listed.length} more findings are not listed`;
  const [{ file, severity, kind }] = listed.slice(-1) as [Diagnostic]; // never empty: there are more than max
  return [...listed, { file, line: 1, column: 1, severity, kind, message }];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Freezes plain data with all that it contains. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const entry of Object.values(value)) deepFreeze(entry);
  return Object.freeze(value);
}
