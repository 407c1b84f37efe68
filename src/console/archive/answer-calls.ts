import { parentPort } from 'node:worker_threads';
import type { AnyCalls, CallMessage, CallOutcome } from './call-thread.ts';

type ErrorKind = abstract new (...parameters: never[]) => Error;

/** Answers the calls of {@link CallThread} in this thread. */
export function answerCalls({ calls, expected, isOneByOne = false }: Answering): void {
  let queue = Promise.resolve();
  parentPort?.on('message', (message: CallMessage) => {
    const answer = async () => parentPort?.postMessage(await outcomeOf({ calls, expected }, message));
    if (isOneByOne) queue = queue.then(answer);
    else void answer();
  });
  parentPort?.postMessage({ isReady: true } satisfies CallOutcome);
}

interface Answering {
  readonly calls: AnyCalls;
  /** Errors whose message is for the person who asked. */
  readonly expected: readonly ErrorKind[];
  /** True where a call must not begin before the one before has ended. */
  readonly isOneByOne?: boolean;
}

async function outcomeOf({ calls, expected }: Answering, { id, name, parameters }: CallMessage): Promise<CallOutcome> {
  try {
    // The names and parameters that CallThread accepts.
    const call = calls[name] as ((...parameters: readonly unknown[]) => unknown) | undefined;
    if (call === undefined) throw new Error(`there is no call ${name}`);
    return { id, result: await call(...parameters) };
  } catch (error) {
    const isExpected = expected.some((kind) => error instanceof kind);
    const message = error instanceof Error ? error.message : 'unknown reason';
    return { id, isExpected, error: isExpected ? message : `${name}: ${kindOf(error)}` };
  }
}

/** The message of a foreign error may quote what it could not read; SQLite's text for a kind of error does not. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  if ('errstr' in error) return String(error.errstr);
  return 'code' in error ? String(error.code) : error.name;
}
