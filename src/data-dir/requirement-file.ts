import { z } from 'zod';
import type { RequirementStore, SeenRequirement } from '../crm/requirement-store.ts';
import { createKeptFile, type OnKeepingProblem } from './kept-file.ts';

/** Nothing lists the account's rules, so none is believed for longer without a new refusal. */
const maxAgeMs = 7 * 86_400_000;

const Requirement = z.object({
  objectType: z.string().min(1).max(100),
  name: z.string().min(1).max(200),
  when: z.enum(['created', 'conditional']),
  seenAt: z.int().min(0).max(8_640_000_000_000_000),
});

const RequirementFile = z.object({ required: z.array(Requirement).max(1_000) });

/**
 * Keeps what the account was seen to require in `required-properties.json` of a folder: for the next start, `check --live` and `doctor`.
 * @param account the CRM's address, token and version.
 */
export function createRequirementFile(
  folder: string,
  account: readonly string[],
  onProblem: OnKeepingProblem,
): RequirementStore {
  const file = createKeptFile({
    folder,
    name: 'required-properties.json',
    what: 'list of required properties',
    account,
    schema: RequirementFile,
    onProblem,
  });
  return {
    read: () => (file.read()?.required ?? []).filter(isRecent),
    write: (seen) =>
      file.write({ required: seen.filter((one) => Requirement.safeParse(one).success && isRecent(one)) }),
  };
}

function isRecent({ seenAt }: SeenRequirement): boolean {
  return Date.now() - seenAt < maxAgeMs;
}
