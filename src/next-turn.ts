/** What waits for its turn, in order. */
const waiting: (() => void)[] = [];

/**
 * Resolves in a later turn of the event loop, one caller per turn. Node runs all callbacks of `setImmediate` in one turn: twenty parts of a
 * request, each of some milliseconds, would keep other requests waiting for all of them.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(resumeOne);
  });
}

function resumeOne(): void {
  const [resume] = waiting.splice(0, 1);
  if (waiting.length > 0) setImmediate(resumeOne);
  resume?.();
}
