import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/** Asks on the terminal. Where nobody can answer the input ends at once, and no answer is a no. */
export async function agrees(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const ended = once(terminal, 'close').then(() => '');
    const answer = await Promise.race([terminal.question(question), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
