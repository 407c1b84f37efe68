import { AnswerTooLargeError } from '../../../errors.ts';
import { bytesOfValues, type CallContext, type CrmRecord } from '../../crm.ts';

/**
 * As much as the values of all records may have that one request reads: an answer of this size takes several times as much memory, as
 * values, as JSON and as bytes.
 */
const maxBytes = 48 * 1024 ** 2;

/** What one request may still read. */
export interface ReadAllowance {
  /** @throws AnswerTooLargeError once the request has read too much. */
  check(): void;
  /** Counts records that were read. @throws AnswerTooLargeError like {@link ReadAllowance.check}. */
  take(records: readonly CrmRecord[]): void;
}

export function createReadAllowance(): ReadAllowance {
  let read = 0;
  const check = () => {
    if (read > maxBytes) throw new AnswerTooLargeError(maxBytes);
  };
  return {
    check,
    take(records) {
      for (const record of records) read += bytesOfValues(record);
      check();
    },
  };
}

/** By deadline, since every request has one of its own; so has work that is done for several requests together. */
const allowances = new WeakMap<CallContext['deadline'], ReadAllowance>();

/** The allowance that all reads of a request share. */
export function allowanceOf({ deadline }: CallContext): ReadAllowance {
  const known = allowances.get(deadline);
  if (known !== undefined) return known;
  const allowance = createReadAllowance();
  allowances.set(deadline, allowance);
  return allowance;
}
