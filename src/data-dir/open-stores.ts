import type { OwnerStore } from '../bridge/timeline/owner-directory.ts';
import type { Config } from '../config.ts';
import type { RequirementStore } from '../crm/requirement-store.ts';
import type { OnKeepingProblem } from './kept-file.ts';
import { createOwnerFile } from './owner-file.ts';
import { createRequirementFile } from './requirement-file.ts';

/** What `DATA_DIR` keeps besides the journal. */
export interface Stores {
  readonly owners: OwnerStore;
  readonly requirements: RequirementStore;
}

/** Undefined where nothing is kept: with JOURNAL=off, and for the embedded CRM, which ends with the process. */
export function openStores(
  { journal, hubspot, isSandbox }: Pick<Config, 'journal' | 'hubspot' | 'isSandbox'>,
  onProblem: OnKeepingProblem,
): Stores | undefined {
  if (journal === undefined || isSandbox) return undefined;
  const account = [hubspot.baseUrl, hubspot.accessToken];
  return {
    owners: createOwnerFile(journal.dir, account, onProblem),
    // Versions differ in what they enforce: a rule of one must not hold back records from another.
    requirements: createRequirementFile(journal.dir, [...account, hubspot.apiVersion], onProblem),
  };
}
