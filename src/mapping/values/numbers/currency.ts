import currencies from '../../data/currencies.json' with { type: 'json' };
import { foldText } from '../fold-text.ts';

export interface Currency {
  /** ISO code, or `$` where the text does not say which dollar. */
  readonly code: string;
  /** Digits after the decimal point; 3 for a few currencies. */
  readonly decimals: number;
}

const signs = new Map<string, string>(Object.entries(currencies.signs));
const words = new Map(
  Object.entries(currencies.words).flatMap(([code, list]) =>
    list.split(' ').map((word): [string, string] => [word, code]),
  ),
);
const codes: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** The currency that a sign, an ISO code or a word names; any currency sign of Unicode counts. */
export function findCurrency(word: string): Currency | undefined {
  const folded = (foldText(word) ?? '').replace(/\.+$/, '');
  const upper = word.toUpperCase();
  const code = signs.get(word.toLowerCase()) ?? words.get(folded) ?? (codes.has(upper) ? upper : undefined);
  if (code !== undefined) return { code, decimals: decimalsOf(code) };
  return /^\p{Sc}$/u.test(word) ? { code: '', decimals: 2 } : undefined;
}

function decimalsOf(code: string): number {
  if (code === '$') return 2;
  return (
    new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions().maximumFractionDigits ?? 2
  );
}
