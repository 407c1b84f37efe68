import { setTimeout as wait } from 'node:timers/promises';

/** A value that is read in the background, so that a page need not wait for it. */
export interface Remembered<Value> {
  /** What was read last; read again where it is older than it may be. Throws what reading threw where there is nothing else. */
  look(): Promise<Look<Value>>;
  /** Reads again. */
  refresh(): void;
}

export interface Look<Value> {
  /** Undefined: it is being read for the first time. */
  readonly value: Value | undefined;
  /** A newer one is on its way. */
  readonly isReading: boolean;
}

/** A page waits this long for what is being read; most answers come in time. */
const patienceMs = 60;
/** What could not be read is tried again after this. */
const retryMs = 10_000;

/** @param keptMs how old it may be */
export function createRemembered<Value>(read: () => Promise<Value>, keptMs: number): Remembered<Value> {
  let known: { readonly value: Value } | undefined;
  let failure: { readonly error: unknown } | undefined;
  let reading: Promise<void> | undefined;
  let startedAt = Number.NEGATIVE_INFINITY;
  const start = () => {
    startedAt = performance.now();
    failure = undefined;
    reading = read()
      .then(
        (value) => {
          known = { value };
        },
        (error: unknown) => {
          failure = { error };
          startedAt = performance.now() - keptMs + retryMs;
        },
      )
      .finally(() => {
        reading = undefined;
      });
  };
  return {
    refresh() {
      if (reading === undefined) start();
    },
    async look() {
      if (reading === undefined && performance.now() - startedAt >= keptMs) start();
      if (reading !== undefined) await Promise.race([reading, wait(patienceMs, undefined, { ref: false })]);
      if (failure !== undefined && known === undefined) throw failure.error;
      return { value: known?.value, isReading: reading !== undefined };
    },
  };
}
