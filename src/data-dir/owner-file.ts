import { z } from 'zod';
import type { OwnerStore } from '../bridge/timeline/owner-directory.ts';
import type { Owner } from '../crm/crm.ts';
import { createKeptFile, type OnKeepingProblem } from './kept-file.ts';

const OwnerFile = z.object({
  owners: z.array(
    z.object({
      id: z.string().min(1),
      name: z.string().min(1),
      firstName: z.string().optional(),
      lastName: z.string().optional(),
      email: z.string().optional(),
    }),
  ),
});

/**
 * Keeps the users in `owners.json` of a folder.
 * @param account the CRM's address and token.
 */
export function createOwnerFile(folder: string, account: readonly string[], onProblem: OnKeepingProblem): OwnerStore {
  const file = createKeptFile({
    folder,
    name: 'owners.json',
    what: 'list of users',
    account,
    schema: OwnerFile,
    onProblem,
  });
  return {
    // Optional fields are absent, never undefined: JSON has none.
    read: () => file.read()?.owners as readonly Owner[] | undefined,
    write: (owners) => file.write({ owners: [...owners] }),
  };
}
