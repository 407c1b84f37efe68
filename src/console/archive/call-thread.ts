import { Worker } from 'node:worker_threads';
import type { Logger } from '../../logger.ts';

/** A call of a thread, and its outcome. Names and arguments must be what `postMessage` can copy. */
export interface CallMessage {
  readonly id: number;
  readonly name: string;
  readonly parameters: readonly unknown[];
}

export type CallOutcome =
  /** The thread has loaded its code and starts with the first call. */
  | { readonly isReady: true }
  | { readonly id: number; readonly result: unknown }
  /** `isExpected`: the message is for the person who asked. */
  | { readonly id: number; readonly error: string; readonly isExpected: boolean };

/** Why a thread could not do what it was asked; the message is for the person who asked. */
export class ThreadCallError extends Error {
  override readonly name = 'ThreadCallError';
}

export interface CallThreadSettings {
  /** The file of the thread. */
  readonly file: URL;
  readonly name: string;
  readonly workerData: unknown;
  readonly timeoutMs: number;
  readonly maxMemoryMb: number;
  /** A thread that is idle for this long ends and frees its memory. */
  readonly idleMs: number;
}

/** Maximum number of waiting calls; more are rejected, so that many viewers cannot pile up work. */
const maxWaiting = 50;
/** Loading its code takes a thread this long at most; a busy machine needs seconds. */
const startMs = 120_000;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/** The functions of a thread by name. `never`: each has parameters of its own. */
export type AnyCalls = { readonly [Name: string]: (...parameters: never[]) => unknown };

/** Runs calls in a thread of its own, one after the other; it starts with the first call and ends when it is not used. */
export class CallThread<Calls extends AnyCalls> {
  readonly #settings: CallThreadSettings;
  readonly #log: Logger;
  #worker: Worker | undefined;
  #ids = 0;
  readonly #waiting = new Map<number, Waiting>();
  #idleTimer: NodeJS.Timeout | undefined;
  #isReady = false;
  #isClosed = false;

  constructor(settings: CallThreadSettings, log: Logger) {
    this.#settings = settings;
    this.#log = log;
  }

  /** @throws ThreadCallError when it cannot be done; its message says why. */
  ask<Name extends keyof Calls & string>(
    name: Name,
    ...parameters: Parameters<Calls[Name]>
  ): Promise<Awaited<ReturnType<Calls[Name]>>> {
    if (this.#isClosed) return Promise.reject(new ThreadCallError('The bridge is stopping'));
    if (this.#waiting.size >= maxWaiting) return Promise.reject(new ThreadCallError('Too many requests at once'));
    clearTimeout(this.#idleTimer);
    this.#worker ??= this.#start();
    this.#ids += 1;
    const id = this.#ids;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const { idleMs } = this.#settings;
    const waiting = { resolve, reject, timer: this.#startTimer() };
    this.#waiting.set(id, waiting);
    this.#worker.postMessage({ id, name, parameters } satisfies CallMessage);
    const settled = promise.finally(() => {
      clearTimeout(waiting.timer);
      if (this.#waiting.size === 0) this.#idleTimer = setTimeout(() => this.#end('It was idle'), idleMs).unref();
    });
    // The thread returns what the call of this name does.
    return settled as Promise<Awaited<ReturnType<Calls[Name]>>>;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#idleTimer);
    const worker = this.#worker;
    this.#end('The bridge is stopping');
    await worker?.terminate();
  }

  /** Ends the thread when a call takes too long. Loading its code does not count. */
  #startTimer(): NodeJS.Timeout {
    const ms = this.#isReady ? this.#settings.timeoutMs : startMs;
    return setTimeout(() => this.#end(`It took more than ${ms / 1_000} s`), ms).unref();
  }

  #start(): Worker {
    this.#isReady = false;
    const { file, name, workerData, maxMemoryMb } = this.#settings;
    const resourceLimits = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: maxMemoryMb };
    const worker = new Worker(file, { workerData, name, resourceLimits });
    worker.unref();
    worker.on('message', (outcome: CallOutcome) => {
      if (this.#worker === worker) this.#settle(outcome);
    });
    worker.on('error', (error) => {
      this.#log.error({ err: error, thread: name }, 'a thread of the console failed');
      if (this.#worker === worker) this.#end('The thread that reads the files failed');
    });
    return worker;
  }

  #settle(outcome: CallOutcome): void {
    if ('isReady' in outcome) {
      this.#isReady = true;
      for (const waiting of this.#waiting.values()) {
        clearTimeout(waiting.timer);
        waiting.timer = this.#startTimer();
      }
      return;
    }
    const waiting = this.#waiting.get(outcome.id);
    this.#waiting.delete(outcome.id);
    if (waiting === undefined) return;
    if ('result' in outcome) waiting.resolve(outcome.result);
    else if (outcome.isExpected) waiting.reject(new ThreadCallError(outcome.error));
    else {
      this.#log.error({ thread: this.#settings.name, reason: outcome.error }, 'a call of a console thread failed');
      waiting.reject(new ThreadCallError('It failed; see the bridge log for the reason'));
    }
  }

  /** Ends the thread; the next call starts another one. */
  #end(reason: string): void {
    const worker = this.#worker;
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new ThreadCallError(reason));
    worker?.terminate().catch((error: unknown) => this.#log.warn({ err: error }, 'a thread did not end'));
  }
}
