import type { HeldBackReason } from '../../mapping/run/held-back.ts';

/** Why a property is not written or not created: for the warning, and for what is noted of the decision. */
export interface DropReason {
  /** The end of a sentence that starts with the field's name. */
  readonly refused: string;
  readonly reason: HeldBackReason;
  readonly detail?: string;
}
