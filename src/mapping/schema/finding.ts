import type { DiagnosticKind } from './diagnostic.ts';

/** Way from the root of a file to a value: keys and positions in lists. */
export type Path = readonly (string | number)[];

/** A finding before its line is known: checks give paths, the loader finds the place. */
export interface Finding {
  readonly path: Path;
  /** Point at the key of the path's last step instead of its value. */
  readonly atKey?: boolean;
  readonly kind: DiagnosticKind;
  readonly severity?: 'error' | 'warning';
  readonly message: string;
  readonly suggestion?: string;
}
