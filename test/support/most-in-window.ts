/** The maximum number of calls that the CRM counted in any half-open window. */
export function mostInWindow(counted: readonly number[], windowMs: number): number {
  const times = [...counted].sort((a, b) => a - b);
  let first = 0;
  let max = 0;
  for (const [index, time] of times.entries()) {
    while ((times[first] ?? 0) <= time - windowMs) first += 1;
    max = Math.max(max, index - first + 1);
  }
  return max;
}
