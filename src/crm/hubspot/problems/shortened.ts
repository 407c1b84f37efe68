import { clipped } from '../../../clipped.ts';

const maxText = 160;
/** Far longer than the sentence that is kept. */
const maxRead = 2_000;

/**
 * The first sentence of HubSpot's message, safe to show: without control characters and without anything that looks like a token.
 * Lists of options and quoted bodies begin with a bracket and are cut off.
 */
export function shortened(text: string): string {
  const start = text.slice(0, maxRead).split(/[[{]/)[0] ?? '';
  const sentence = start
    .replace(/\bbearer [^\s"',]+|\bpat-[a-z0-9]+-[\w-]+/gi, '…')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .replace(/[:,]$/, '');
  return clipped(sentence, maxText);
}
