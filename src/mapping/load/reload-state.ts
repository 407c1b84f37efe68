import type { Diagnostic } from '../schema/diagnostic.ts';

/** Which version of a folder of mapping files is in force. */
export interface ReloadState {
  /** Digest of the files in force. */
  readonly hash: string;
  /** ISO 8601. */
  readonly loadedAt: string;
  /** The edit that lies in the folder and cannot be used; a restart would fail with it. */
  readonly refused?: { readonly at: string; readonly diagnostics: readonly Diagnostic[] };
}
