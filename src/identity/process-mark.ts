import type { OpenIndex } from './identity-store.ts';

/** Kept among the states, under a name that no object has. */
const name = 'process';

/**
 * Marks the index as kept by a running process.
 * @returns true if the process before ended without {@link markStopped}: the CRM may hold records that it wrote and did not enter.
 * @throws IndexLostError
 */
export async function markRunning(index: OpenIndex): Promise<boolean> {
  const hasCrashed = (await index.readState(name)) === 'running';
  await index.write({ pairs: [], state: { name, text: 'running' } });
  return hasCrashed;
}

/** Notes that everything this process wrote into the CRM is in the index. @throws IndexLostError */
export async function markStopped(index: OpenIndex): Promise<void> {
  await index.write({ pairs: [], state: { name, text: 'stopped' } });
}
