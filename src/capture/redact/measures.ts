import { isDate } from './numbers.ts';

const yesOrNo = /^(?:true|false|yes|no|on|off)$/i;
/** What may be around the numbers of a size or an amount. */
const units = new Set([
  ...'k m mm mio mn b bn thousand million billion to employees people'.split(' '),
  ...Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()),
]);

/** As in `+34 600 111 222`. */
const internationalNumber = /\+(?:[\s.-]*\d){7}/;

/** A flag, a date, or at most two numbers, as in `51-200` or `EUR 1.5M`, and units. */
export function isMeasure(text: string): boolean {
  const trimmed = text.trim();
  if (isDate(trimmed) || yesOrNo.test(trimmed)) return true;
  if (trimmed.length > 60 || !/^[\d\s.,'’<>~+\-–—\p{L}\p{Sc}]+$/u.test(trimmed)) return false;
  if (internationalNumber.test(trimmed)) return false;
  const numbers = trimmed.replace(/(?<=\d)[.,'’](?=\d)/g, '').match(/\d+/g) ?? [];
  const isSized = numbers.length >= 1 && numbers.length <= 2 && numbers.every((digits) => digits.length <= 13);
  return isSized && (trimmed.match(/\p{L}+/gu) ?? []).every((word) => units.has(word.toLowerCase()));
}
