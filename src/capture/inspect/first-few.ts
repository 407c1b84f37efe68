/** Lists longer than this are cut. */
export const maxValues = 3;

/** `a, b, c and 2 more`. */
export function firstFew(values: readonly string[]): string {
  const shown = values.slice(0, maxValues).join(', ');
  return values.length > maxValues ? `${shown} and ${values.length - maxValues} more` : shown;
}
