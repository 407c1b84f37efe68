/** @param days until the certificate ends, rounded down. */
export function describeValidity(days: number): string {
  if (days < 0) return 'has expired';
  if (days === 0) return 'expires within a day';
  return `is valid for another ${days === 1 ? 'day' : `${days} days`}`;
}
