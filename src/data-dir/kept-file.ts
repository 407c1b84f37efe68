import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { readRegularFile } from '../regular-file.ts';
import { replaceFile } from './replace-file.ts';

const maxFileBytes = 32 * 1024 * 1024;

/** What a file of `DATA_DIR` keeps across restarts. Neither method throws. */
export interface KeptFile<Content> {
  /** Undefined if there is none, or none of this account. */
  read(): Content | undefined;
  write(content: Content): void;
}

/** Called with a sentence and its reason, neither of which quotes the file. */
export type OnKeepingProblem = (sentence: string, facts: { readonly file: string; readonly problem: string }) => void;

export interface KeptFileOptions<Schema extends z.ZodObject> {
  readonly folder: string;
  readonly name: string;
  /** What it holds, for messages: `list of users`. */
  readonly what: string;
  /** Whose content it is: the CRM's address and token, and what else must be the same. */
  readonly account: readonly string[];
  readonly schema: Schema;
  readonly onProblem: OnKeepingProblem;
}

/** Whose content this is; see {@link accountMark}. */
const Marked = z.object({ account: z.string() });

/**
 * Keeps a small JSON file, readable by the user of the process alone. A file of another account or token, and one that cannot be read,
 * counts as none. Problems with the file are reported and never fail a request.
 */
export function createKeptFile<Schema extends z.ZodObject>(
  options: KeptFileOptions<Schema>,
): KeptFile<z.output<Schema>> {
  const { folder, name, what, schema, onProblem } = options;
  const file = join(folder, name);
  const mark = accountMark(options.account);
  let written: string | undefined;
  return {
    read() {
      try {
        const text = readRegularFile(file, maxFileBytes);
        const content: unknown = JSON.parse(text);
        if (Marked.parse(content).account !== mark) return undefined;
        const kept = schema.parse(content);
        written = text;
        return kept;
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') onProblem(`the saved ${what} is not used`, { file, problem: describe(error) });
        return undefined;
      }
    },
    write(content) {
      const text = `${JSON.stringify({ account: mark, ...content })}\n`;
      if (text === written) return;
      try {
        replaceFile(folder, file, text);
        written = text;
      } catch (error) {
        onProblem(`the ${what} could not be saved`, { file, problem: describe(error) });
      }
    },
  };
}

/** Data of one account must never be used for another. The digest reveals nothing about the token, which is random. */
function accountMark(account: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(account)).digest('hex').slice(0, 32);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** The file's contents may be personal data: what a parser quotes of them is not repeated. */
function describe(error: unknown): string {
  return (
    codeOf(error) ?? (error instanceof SyntaxError || error instanceof z.ZodError ? 'it is damaged' : String(error))
  );
}
