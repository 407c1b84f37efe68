import { basename } from 'node:path';
import { formatDiagnostic } from '../../src/mapping/diagnostic.ts';
import { checkSources, type SourceFile } from '../../src/mapping/load-mappings.ts';

/** A scenario file: one mapping (or several files) and the findings that it must produce, in order. */
export interface Scenario {
  readonly mapping?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly expect?: readonly string[];
}

/** The findings of a scenario's files, one line each; a single mapping's file is called `contacts.yaml`. */
export function findingsOf({ mapping, files = {} }: Scenario): string[] {
  const sources: SourceFile[] = Object.entries(mapping === undefined ? files : { 'contacts.yaml': mapping }).map(
    ([file, text]) => ({ file, text }),
  );
  return checkSources('mappings', sources).diagnostics.map((diagnostic) =>
    formatDiagnostic({ ...diagnostic, file: basename(diagnostic.file) }),
  );
}
