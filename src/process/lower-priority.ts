import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** On Linux threads have a priority of their own: the calling one works when the processor has nothing better to do. */
export function lowerPriority(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (thread > 0) setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Elsewhere the thread shares the processor as an equal.
  }
}
