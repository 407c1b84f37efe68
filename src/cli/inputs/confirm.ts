import type { CommandIo } from '../command-io.ts';

/** Asks the user for confirmation. Everything but a yes counts as a no, and so does the end of the input. */
export async function confirm(io: Pick<CommandIo, 'ask'>, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await io.ask(question)).trim());
}
