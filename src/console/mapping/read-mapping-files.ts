import { basename } from 'node:path';
import type { Diagnostic } from '../../mapping/schema/diagnostic.ts';
import type { Archive } from '../archive/archive.ts';

/** The mapping files of the folder as they are now. */
export interface MappingFilesView {
  /** Undefined where they have errors. */
  readonly hash?: string;
  readonly files: readonly MappingFileView[];
  /** Findings that are of no file. */
  readonly findings: readonly Diagnostic[];
}

export interface MappingFileView {
  readonly name: string;
  readonly text: string;
  readonly findings: readonly Diagnostic[];
}

export function readMappingFiles(archive: Archive): MappingFilesView {
  const { mappings, documents, diagnostics } = archive.checked();
  return {
    ...(mappings !== undefined && { hash: mappings.hash }),
    files: [...documents].map(([file, { text }]) => ({
      name: basename(file),
      text,
      findings: diagnostics.filter((diagnostic) => diagnostic.file === file),
    })),
    findings: diagnostics.filter(({ file }) => !documents.has(file)),
  };
}

export function localeOf(defaultCountry: string | undefined) {
  return defaultCountry === undefined ? {} : { defaultCountry };
}
