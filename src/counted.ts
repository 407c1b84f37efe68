/** A number with its noun: `1 record`, `2 records`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** A number for people, its digits in groups: `1,000,000`. */
export function grouped(number: number): string {
  return number.toLocaleString('en-US');
}
