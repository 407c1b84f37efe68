import { type Clock, systemClock } from '../crm/clock.ts';

/**
 * The time in which a load balancer learns that the process stops.
 * @param clock the system's unless given.
 */
export async function stopDelay(ms: number, clock: Clock = systemClock): Promise<void> {
  if (ms === 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  clock.setTimer(resolve, ms);
  await promise;
}
