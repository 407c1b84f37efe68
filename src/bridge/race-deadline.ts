import type { Deadline } from '../crm/deadline.ts';
import { DeadlineError } from '../errors.ts';

/** Longer timers fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Waits for work that is done for several requests at once, each until its own deadline; the work itself goes on.
 * @throws DeadlineError when the deadline comes first.
 */
export async function raceDeadline<Result>(work: Promise<Result>, deadline: Deadline): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const remainingMs = Math.min(Math.max(0, deadline.remainingMs()), longestTimerMs);
    timer = setTimeout(() => reject(new DeadlineError('The time for this request ran out')), remainingMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
