import type { Deadline } from '../../crm/deadline.ts';
import { DeadlineError } from '../../errors.ts';

/** Longer timers fire at once. */
const maxTimerMs = 2 ** 31 - 1;

/** A call that ends at the same deadline says why it was late. */
const graceMs = 20;

/**
 * Waits, until the deadline, for work that several requests share. The work itself continues.
 * @throws DeadlineError when the deadline comes first.
 */
export async function raceDeadline<Result>(work: Promise<Result>, deadline: Deadline): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const remainingMs = deadline.remainingMs();
    const waitMs = remainingMs > 0 ? Math.min(remainingMs + graceMs, maxTimerMs) : 0;
    timer = setTimeout(() => reject(new DeadlineError('The time for this request ran out')), waitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
