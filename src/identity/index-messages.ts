import type { IndexChange } from './identity-store.ts';

/** What the thread of the index is started with. */
export interface IndexThreadSettings {
  readonly file: string;
}

/** What the thread is asked to do; `epoch` as `open` returned it. */
export type IndexTask =
  | { readonly kind: 'open'; readonly account: string }
  | { readonly kind: 'propose'; readonly epoch: string; readonly digests: readonly bigint[] }
  | { readonly kind: 'write'; readonly epoch: string; readonly change: IndexChange }
  | { readonly kind: 'read'; readonly epoch: string; readonly name: string }
  | {
      readonly kind: 'dropStale';
      readonly epoch: string;
      readonly of: string;
      readonly pass: number;
      readonly part: number;
    }
  | { readonly kind: 'count' | 'discard'; readonly epoch: string }
  | { readonly kind: 'close' };

export interface IndexMessage {
  readonly number: number;
  readonly task: IndexTask;
}

/** One per message; `lost` is the message of an IndexLostError. */
export type IndexReport =
  | { readonly kind: 'done'; readonly number: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly number: number; readonly reason: string }
  | { readonly kind: 'damaged' };
