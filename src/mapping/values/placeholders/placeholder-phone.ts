/** Seven equal digits at the end, or digits in the order of the keys: `+34 999 999 999`, `+1 123 456 7890`, `+1 555 123 4567`. */
const filledIn = /(?:(\d)\1{6}|123456789|1234567890|2345678900|987654321|9876543210|5551234567)$/;

/**
 * True for a phone number that forms and people fill in where there is none: it identifies no one.
 * @param number digits in any spelling, perhaps with an extension in canonical form (` ext. 12`).
 */
export function isPlaceholderPhone(number: string): boolean {
  return filledIn.test(number.replace(/ ext\. .*$/, '').replace(/\D/g, ''));
}
