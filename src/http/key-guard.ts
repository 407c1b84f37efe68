import { setTimeout as wait } from 'node:timers/promises';

/** Up to this many wrong keys a minute may be a mistake; more are guesses. */
const freePerMinute = 20;
const minuteMs = 60_000;
const delayMs = 1_000;

/** Maximum number of delayed responses; further ones are sent at once, because waiting ones use resources too. */
const maxDelayed = 100;

export interface KeyGuardDeps {
  /** Counts requests with a rejected key. */
  readonly meter?: { observeKey(result: 'missing' | 'unknown'): void } | undefined;
  readonly now?: (() => number) | undefined;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** Slows down callers that try keys. Requests with a valid key never wait. */
export function createKeyGuard(deps: KeyGuardDeps): { rejected(result: 'missing' | 'unknown'): Promise<void> } {
  const now = deps.now ?? (() => performance.now());
  const pause = deps.wait ?? wait;
  let minuteStartedAt = Number.NEGATIVE_INFINITY;
  let wrong = 0;
  let delayed = 0;
  return {
    async rejected(result) {
      deps.meter?.observeKey(result);
      if (result === 'missing') return;
      if (now() - minuteStartedAt >= minuteMs) {
        minuteStartedAt = now();
        wrong = 0;
      }
      wrong += 1;
      if (wrong <= freePerMinute || delayed >= maxDelayed) return;
      delayed += 1;
      await pause(delayMs);
      delayed -= 1;
    },
  };
}
