import type { DiagnosticKind } from './diagnostic.ts';

/** Path from the root of a file to a value: keys and list indexes. */
export type Path = readonly (string | number)[];

/** What a check found at a path of a file; the loader adds line and column, which makes it a diagnostic. */
export interface Finding {
  readonly path: Path;
  /** Points at the last key of the path instead of its value. */
  readonly atKey?: boolean;
  readonly kind: DiagnosticKind;
  readonly severity?: 'error' | 'warning';
  readonly message: string;
  readonly suggestion?: string;
  /** The change of the file that removes the finding; for examples that no longer fit. */
  readonly renewal?: YamlEdit;
}

/** Sets a value of a file; without a value, removes it with its key. */
export interface YamlEdit {
  readonly path: Path;
  readonly value?: unknown;
}
