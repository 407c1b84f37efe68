import type { Diagnostic } from '../schema/diagnostic.ts';

/** Which version of the mapping files is active. */
export interface ReloadState {
  /** Digest of the active files. */
  readonly hash: string;
  /** ISO 8601. */
  readonly loadedAt: string;
  /** What the active files name and the CRM does not have, one sentence each; absent until it has been compared. */
  readonly missing?: readonly string[];
  /** An edit in the folder that has errors and is not active; a restart would fail with it. */
  readonly refused?: { readonly at: string; readonly diagnostics: readonly Diagnostic[] };
}
