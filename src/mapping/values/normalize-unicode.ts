/** Maximum number of characters that are normalized: the time grows with the square of consecutive accents, and no value is that long. */
const maxNormalized = 1_000;

/** The text in a normal form of Unicode; only the beginning of a very long text. The only place that normalizes Unicode. */
export function normalizeUnicode(text: string, form: 'NFC' | 'NFKC' | 'NFD' | 'NFKD'): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  if (text.length <= maxNormalized) return text.normalize(form);
  return text.slice(0, maxNormalized).toWellFormed().normalize(form) + text.slice(maxNormalized);
}
