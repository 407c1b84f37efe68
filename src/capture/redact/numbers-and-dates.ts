import { normalizeDatetime } from '../../mapping/values/date-text.ts';
import type { Pseudonyms } from './pseudonyms.ts';

const NUMBER = /^([+-]?)(\d{1,3}(?:[,.'’ \u00a0\u202f]\d{3})+|\d+)(?:([.,])(\d+))?$/;
const ISO = /^(\d{4}-\d{2}-\d{2})(?:([T ])(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;
const dayMs = 86_400_000;
/** Milliseconds since 1970 of the years 2000 to 2099; HubSpot's twelve-digit record ids lie outside. */
const firstEpochMs = 946_684_800_000;
const lastEpochMs = 4_102_444_800_000;

/** True for digits with a sign, separators and a fraction, and nothing else. */
export function looksLikeNumber(text: string): boolean {
  return NUMBER.test(text.trim());
}

/** One number in all its spellings: `1,200.50` is `1200.5`. Undefined for anything else. */
export function numberKey(text: string): string | undefined {
  const match = NUMBER.exec(text.trim());
  if (match === null) return undefined;
  const [, sign, whole = '', , fraction = ''] = match;
  const significant = fraction.replace(/0+$/, '');
  const digits = whole.replace(/\D/g, '').replace(/^0+(?=\d)/, '');
  return `${sign === '-' ? '-' : ''}${digits}${significant === '' ? '' : `.${significant}`}`;
}

/** Other digits in the same spelling; zero stays zero, and zeros at the end of a fraction stay. */
export function replaceNumber(pseudonyms: Pseudonyms, text: string): string {
  const trimmed = text.trim();
  const match = NUMBER.exec(trimmed);
  if (match === null) return pseudonyms.text(text);
  const [, sign = '', whole = '', point = '', fraction = ''] = match;
  const zeros = /0*$/.exec(fraction)?.[0] ?? '';
  const significant = fraction.slice(0, fraction.length - zeros.length);
  const stand = pseudonyms.wholeNumber(whole.replace(/\D/g, ''));
  let at = 0;
  const spelled = whole.replace(/\d/g, () => stand.charAt(at++));
  const standFraction = significant === '' ? '' : reversed(pseudonyms.wholeNumber(reversed(significant)));
  return text.replace(trimmed, () => `${sign}${spelled}${point}${standFraction}${zeros}`);
}

function reversed(digits: string): string {
  return [...digits].reverse().join('');
}

export function looksLikeDate(text: string): boolean {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return isEpochMs(trimmed);
  return trimmed.length >= 8 && trimmed.length <= 35 && /\d{4}/.test(trimmed) && instantOf(trimmed) !== undefined;
}

/** One moment in all its spellings, in milliseconds since 1970. */
export function dateKey(text: string): number | undefined {
  const trimmed = text.trim();
  return isEpochMs(trimmed) ? Number(trimmed) : instantOf(trimmed);
}

/**
 * The date moved by a number of whole days that is the same for all dates, so that order, intervals and time of day stay. Forms
 * that only people write become ISO 8601.
 */
export function replaceDate(pseudonyms: Pseudonyms, text: string): string {
  const trimmed = text.trim();
  const moved = pseudonyms.daysMoved * dayMs;
  if (isEpochMs(trimmed)) return text.replace(trimmed, String(Number(trimmed) - moved));
  const match = ISO.exec(trimmed);
  const instant = match === null ? instantOf(trimmed) : Date.parse(`${match[1]}T00:00:00Z`);
  if (instant === undefined || Number.isNaN(instant)) return pseudonyms.text(text);
  const day = new Date(instant - moved).toISOString().slice(0, 10);
  if (match === null) return text.replace(trimmed, day);
  return text.replace(trimmed, () => day + trimmed.slice(10));
}

function isEpochMs(text: string): boolean {
  return /^\d{12,13}$/.test(text) && Number(text) >= firstEpochMs && Number(text) < lastEpochMs;
}

function instantOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) return undefined;
  const iso = normalizeDatetime(text);
  return typeof iso === 'string' ? Date.parse(iso) : undefined;
}
