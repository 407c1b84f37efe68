import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { readEnvironment } from '../environment.ts';
import type { CommandIo } from './command-io.ts';

/** The process's own streams. Colored only on a terminal, and not if NO_COLOR is set (no-color.org). */
export function processIo(): CommandIo {
  const { stdout, stderr } = process;
  const stop = new AbortController();
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader has closed the pipe, as `head` does.
    if (error.code !== 'EPIPE') throw error;
    stop.abort();
  });
  return {
    print: (line) => {
      stdout.write(line);
    },
    complain: (line) => {
      stderr.write(line);
    },
    get hasColor() {
      const { NO_COLOR = '', TERM } = readEnvironment();
      return stdout.isTTY === true && NO_COLOR === '' && TERM !== 'dumb';
    },
    // A terminal without a size reports 0.
    width: stdout.isTTY === true && stdout.columns > 0 ? stdout.columns : undefined,
    environment: readEnvironment,
    stop: stop.signal,
    readInput: () => text(process.stdin),
    ask,
    setStatus: (status) => {
      process.exitCode = status;
    },
  };
}

async function ask(question: string, { isSecret = false } = {}): Promise<string> {
  // With `terminal`, readline switches the terminal's own echo off and echoes into `output`, where a secret ends.
  const settings = isSecret
    ? { output: new Writable({ write: (_chunk, _encoding, done) => done() }), terminal: process.stdin.isTTY === true }
    : { output: process.stdout };
  if (isSecret) process.stdout.write(question);
  const terminal = createInterface({ input: process.stdin, ...settings });
  try {
    // Without a terminal there is no input.
    const ended = once(terminal, 'close').then(() => '');
    return await Promise.race([terminal.question(isSecret ? '' : question), ended]);
  } finally {
    terminal.close();
    if (isSecret) process.stdout.write('\n');
  }
}
