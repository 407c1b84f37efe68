import { AnswerTooLargeError } from '../../../errors.ts';
import { bytesOfValues, type CallContext, type CrmRecord } from '../../crm.ts';

/**
 * The values of all records that one request reads may have this many bytes. A response of that size takes several times as much memory:
 * as values, as JSON and as bytes.
 */
const maxBytes = 48 * 1024 ** 2;

/** What one request may still read. */
export interface ReadAllowance {
  /** @throws AnswerTooLargeError once the request has read too much. */
  check(): void;
  /** Counts records that were read. @throws AnswerTooLargeError like {@link ReadAllowance.check}. */
  count(records: readonly CrmRecord[]): void;
}

export function createReadAllowance(): ReadAllowance {
  let read = 0;
  const check = () => {
    if (read > maxBytes) throw new AnswerTooLargeError(maxBytes);
  };
  return {
    check,
    count(records) {
      for (const record of records) read += bytesOfValues(record);
      check();
    },
  };
}

/** By deadline: every request has a deadline object of its own, and so has work that several requests share. */
const allowances = new WeakMap<CallContext['deadline'], ReadAllowance>();

/** The allowance that all reads of a request share. */
export function allowanceOf({ deadline }: CallContext): ReadAllowance {
  const known = allowances.get(deadline);
  if (known !== undefined) return known;
  const allowance = createReadAllowance();
  allowances.set(deadline, allowance);
  return allowance;
}
