import type { CommandIo } from '../command-io.ts';

/** Asks whoever runs the command; everything but a yes is a no, and so is nobody there to answer. */
export async function confirm(io: Pick<CommandIo, 'ask'>, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await io.ask(question)).trim());
}
