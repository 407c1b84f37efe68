import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Owner } from '../../crm/crm.ts';
import type { Logger } from '../../logger.ts';
import { readRegularFile } from '../../regular-file.ts';
import type { OwnerStore } from './owner-directory.ts';

const maxFileBytes = 32 * 1024 * 1024;

const OwnerFile = z.object({
  /** Whose users these are; see {@link accountMark}. */
  account: z.string(),
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
 * Keeps the users in `owners.json` of a folder, readable by the user of the process alone. A file of another account or token, and one
 * that cannot be read, counts as none. Trouble with the file is logged and never fails a request.
 * @param account the CRM's address and token.
 */
export function createOwnerFile(folder: string, account: readonly string[], log: Logger): OwnerStore {
  const file = join(folder, 'owners.json');
  const mark = accountMark(account);
  let written: string | undefined;
  return {
    read() {
      try {
        const text = readRegularFile(file, maxFileBytes);
        const kept = OwnerFile.parse(JSON.parse(text));
        if (kept.account !== mark) return undefined;
        written = text;
        // Optional fields are absent, never undefined: JSON has none.
        return kept.owners as readonly Owner[];
      } catch (error) {
        if (codeOf(error) !== 'ENOENT')
          log.warn({ file, problem: describe(error) }, 'the kept list of users is not used');
        return undefined;
      }
    },
    write(owners) {
      const text = `${JSON.stringify({ account: mark, owners })}\n`;
      if (text === written) return;
      try {
        replaceFile(folder, file, text);
        written = text;
      } catch (error) {
        log.warn({ file, problem: describe(error) }, 'the list of users could not be kept');
      }
    },
  };
}

/** A reader sees the whole file or none. */
function replaceFile(folder: string, file: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.writing`;
  rmSync(temporary, { force: true });
  try {
    // Exclusive: it follows no link that another user of the machine may have placed there.
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Users of one account must never be offered for another one. The digest reveals nothing of a token, which is random. */
function accountMark(account: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(account)).digest('hex').slice(0, 32);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** The file's contents are personal data: what a parser quotes of them is not repeated. */
function describe(error: unknown): string {
  return (
    codeOf(error) ?? (error instanceof SyntaxError || error instanceof z.ZodError ? 'it is damaged' : String(error))
  );
}
