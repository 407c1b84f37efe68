import type { RateReport } from './budget.ts';
import type { CallContext } from '../crm.ts';
import type { LaneName } from './lanes.ts';
import type { CallFailure, Repeat } from './retry.ts';

/** A call to the CRM, as the pacer sees it. */
export interface PacedCall<T> {
  readonly lane: LaneName;
  readonly repeat: Repeat;
  /** Makes one attempt. Must not throw: a failure is a result too. */
  attempt(turn: Turn): Promise<Attempt<T>>;
}

export interface Turn {
  /** Counts from 1. */
  readonly attempt: number;
  /** From the request to call until this start, including all waiting and earlier attempts. */
  readonly waitedMs: number;
}

export type Attempt<T> = { readonly rate?: RateReport } & (
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: CallFailure }
);

/** A call that waits or runs in a lane. */
export interface QueuedCall {
  readonly context: CallContext;
  readonly repeat: Repeat;
  readonly requestedAt: number;
  attempts: number;
  /** What went wrong with its last attempt. */
  trouble: string | undefined;
  deadlineTimer: unknown;
  start(turn: Turn): Promise<Attempt<unknown>>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}
