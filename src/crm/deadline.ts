/** The moment by which a request's work must end, on a clock that never jumps. */
export interface Deadline {
  /** Milliseconds left; zero or less once it has passed. */
  remainingMs(): number;
}

/** A deadline `ms` milliseconds from now. */
export function deadlineIn(ms: number, now: () => number = () => performance.now()): Deadline {
  const at = now() + ms;
  return { remainingMs: () => at - now() };
}
