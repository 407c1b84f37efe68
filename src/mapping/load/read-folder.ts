import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../schema/diagnostic.ts';
import { type ParsedYaml, parseYaml, type SourceFile } from './parse-yaml.ts';

/** Reads the mapping files of a folder; `files` is absent if the folder cannot be read. */
export function readFolder(dir: string): { files?: SourceFile[]; diagnostics: Diagnostic[] } {
  const at = { line: 1, column: 1 } as const;
  const diagnostics: Diagnostic[] = [];
  let names: string[];
  try {
    names = readdirSync(dir).toSorted();
  } catch (error) {
    const message = `cannot read the folder (${errorCode(error)})`;
    return { diagnostics: [{ file: dir, ...at, severity: 'error', kind: 'missing-file', message }] };
  }
  const files: SourceFile[] = [];
  for (const name of names) {
    const file = join(dir, name);
    if (name.startsWith('.') || /\.examples\.ya?ml$/.test(name)) continue;
    if (/\.(yml|YAML|YML)$/.test(name)) {
      const message = 'the file is ignored: names of mapping files must end in .yaml';
      diagnostics.push({ file, ...at, severity: 'warning', kind: 'unread-file', message });
    }
    if (!name.endsWith('.yaml')) continue;
    try {
      files.push({ file, text: readText(file) });
    } catch (error) {
      const message = `cannot read the file as UTF-8 text (${errorCode(error)})`;
      diagnostics.push({ file, ...at, severity: 'error', kind: 'yaml', message });
    }
  }
  return { files, diagnostics };
}

/** Reads the examples of a mapping file (`contacts.yaml` → `contacts.examples.yaml`); undefined if there are none. */
export function readExamples(mappingFile: string): ParsedYaml | undefined {
  const file = mappingFile.replace(/\.yaml$/, '.examples.yaml');
  return existsSync(file) ? parseYaml({ file, text: readText(file) }, 'json') : undefined;
}

function readText(file: string): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
