import type { Environment } from '../environment.ts';

/**
 * The exit status of a command: 0 success; 1 it found something (errors in mapping files, differences); 2 it could not run (invalid
 * usage, unreadable files, an unreachable CRM).
 */
export type ExitStatus = 0 | 1 | 2;

/** Everything outside that a command uses, so that tests can run it within their process. */
export interface CommandIo {
  /** To standard output: results alone. */
  print(text: string): void;
  /** To standard error: everything else. */
  complain(text: string): void;
  /** Whether standard output may be colored. */
  readonly hasColor: boolean;
  /** Characters of a line; undefined where lines need not be cut. */
  readonly width: number | undefined;
  environment(): Environment;
  readInput(): Promise<string>;
  /**
   * One line typed by a person; empty without a terminal.
   * @param options.isSecret nothing that is typed appears on the terminal
   */
  ask(question: string, options?: { readonly isSecret?: boolean }): Promise<string>;
  setStatus(status: ExitStatus): void;
  /** Aborted when the reader of the output is gone; a command that runs until it is stopped ends then. */
  readonly stop?: AbortSignal;
}

/** The command cannot run as it was called; the message is for the user. Exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
