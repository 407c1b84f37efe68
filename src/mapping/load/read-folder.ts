import { isUtf8 } from 'node:buffer';
import { closeSync, constants, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../schema/diagnostic.ts';
import { type ParsedYaml, parseYaml, type SourceFile } from './parse-yaml.ts';
import { parseYamlOnce } from './parse-yaml-once.ts';

/** Mapping files are written by people; a longer file is not a mapping file. */
const maxBytes = 1024 ** 2;
/** There are four kinds of mapping files, and few errors in which a folder has many more. */
const maxFiles = 50;

/** The mapping files of a folder. */
export interface ReadFolder {
  /** Absent if the folder cannot be read. */
  readonly files?: readonly SourceFile[];
  readonly diagnostics: readonly Diagnostic[];
  /** True if the system failed to read something for a reason that may pass without a change of the folder. */
  readonly isIncomplete: boolean;
}

/** Reads the mapping files of a folder. Never throws: what cannot be read is a diagnostic. */
export function readFolder(dir: string): ReadFolder {
  const at = { line: 1, column: 1 } as const;
  const diagnostics: Diagnostic[] = [];
  let names: string[];
  try {
    names = readdirSync(dir).toSorted();
  } catch (error) {
    const message = `cannot read the folder (${reasonOf(error)})`;
    return {
      diagnostics: [{ file: dir, ...at, severity: 'error', kind: 'missing-file', message }],
      isIncomplete: isPassing(error),
    };
  }
  const candidates = names.filter((name) => !name.startsWith('.') && !/\.examples\.ya?ml$/.test(name));
  for (const name of candidates.filter((candidate) => /\.(yml|YAML|YML)$/.test(candidate)).slice(0, maxFiles)) {
    const message = 'the file is ignored: names of mapping files must end in .yaml';
    diagnostics.push({ file: join(dir, name), ...at, severity: 'warning', kind: 'unread-file', message });
  }
  const files: SourceFile[] = [];
  let isIncomplete = false;
  const yaml = candidates.filter((name) => name.endsWith('.yaml'));
  if (yaml.length > maxFiles) {
    const message = `the folder has ${yaml.length} .yaml files: at most ${maxFiles} are allowed`;
    diagnostics.push({ file: dir, ...at, severity: 'error', kind: 'duplicate-file', message });
  }
  for (const name of yaml.slice(0, maxFiles)) {
    const file = join(dir, name);
    try {
      files.push({ file, text: readText(file) });
    } catch (error) {
      isIncomplete ||= isPassing(error);
      diagnostics.push(unreadable(file, error));
    }
  }
  return { files, diagnostics, isIncomplete };
}

/** Reads the examples of a mapping file (`contacts.yaml` → `contacts.examples.yaml`); undefined if there are none. */
export function readExamples(mappingFile: string): ParsedYaml | undefined {
  const file = mappingFile.replace(/\.yaml$/, '.examples.yaml');
  if (!existsSync(file)) return undefined;
  try {
    return parseYamlOnce({ file, text: readText(file) }, 'json');
  } catch (error) {
    return { ...parseYaml({ file, text: '' }, 'json'), diagnostics: [unreadable(file, error)] };
  }
}

function unreadable(file: string, error: unknown): Diagnostic {
  const message = `cannot read the file as UTF-8 text (${reasonOf(error)})`;
  return { file, line: 1, column: 1, severity: 'error', kind: 'yaml', message };
}

const passing = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EIO', 'EAGAIN', 'EBUSY', 'EINTR', 'ESTALE', 'ETIMEDOUT']);

function isPassing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && passing.has(String(error.code));
}

/** Reads a regular file of bounded size: a pipe would block, and a device never ends. */
function readText(file: string): string {
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new Error(stats.isDirectory() ? 'EISDIR: it is a folder' : 'it is not a regular file');
    const bytes = Buffer.alloc(Math.min(stats.size, maxBytes) + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    if (length > maxBytes) throw new Error('it is larger than 1 MB');
    if (length === bytes.length) throw new Error('it grew while it was read');
    return decode(bytes.subarray(0, length));
  } finally {
    closeSync(descriptor);
  }
}

function decode(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  const [before = ''] = new TextDecoder().decode(bytes).split('\ufffd', 1);
  throw new Error(`line ${before.split('\n').length} has a byte that is not UTF-8: save the file as UTF-8`);
}

/** The system's code, or the words of an error of {@link readText}. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  return 'code' in error ? String(error.code) : error.message;
}
