/** Replaces text within the encodings in which people's values travel: decoded before, encoded after. */
import { decodeHTMLStrict } from 'entities';

/** Percent-encoding, up to three times, written in the same case. Text that is not well encoded is replaced as it is. */
export function withinPercent(text: string, replace: (decoded: string) => string): string {
  if (!/%[0-9a-f]{2}/i.test(text)) return replace(text);
  let decoded = text;
  let rounds = 0;
  try {
    while (rounds < 3 && /%[0-9a-f]{2}/i.test(decoded)) {
      decoded = decodeURIComponent(decoded);
      rounds += 1;
    }
  } catch {
    if (rounds === 0) return replace(text);
  }
  let encoded = replace(decoded);
  for (let round = 0; round < rounds; round += 1) encoded = encodeURIComponent(encoded.toWellFormed());
  const isLower = !/%[0-9A-F]?[A-F]/.test(text);
  return isLower ? encoded.replace(/%[0-9A-F]{2}/g, (piece) => piece.toLowerCase()) : encoded;
}

const unicodeEscape = /\\u([0-9a-f]{4})/gi;
const characterReference = /&#?[a-z0-9]{1,31};/gi;
/** Stands for a reference that HTML does not know: its name may be anyone's. */
const nonBreakingSpace = '&nbsp;';

/** Character references of HTML that stand for letters or digits; those of punctuation, e.g. `&amp;`, stay. */
export function withinReferences(text: string, replace: (decoded: string) => string): string {
  if (!text.includes('&')) return replace(text);
  let isDecoded = false;
  const decoded = text.replace(characterReference, (reference) => {
    const character = decodeHTMLStrict(reference);
    if (!/^[\p{L}\p{M}\p{Nd}]+$/u.test(character)) return reference;
    isDecoded = true;
    return character;
  });
  const kept =
    decoded.match(characterReference)?.map((each) => (decodeHTMLStrict(each) === each ? nonBreakingSpace : each)) ?? [];
  const pieces = decoded.split(characterReference).map((piece, index) => replace(piece) + (kept[index] ?? ''));
  const replaced = pieces.join('');
  return isDecoded
    ? replaced.replace(/[\u0080-\u{10ffff}]/gu, (character) => `&#${character.codePointAt(0)};`)
    : replaced;
}

/** `\u00e9` as JSON within a text writes it; other escapes separate words. */
export function withinEscapes(text: string, replace: (decoded: string) => string): string {
  if (!text.includes('\\')) return replace(text);
  let isDecoded = false;
  const decoded = text.replace(unicodeEscape, (whole, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    // A half of a pair is decoded together with the other half beside it.
    if (!/[\p{L}\p{M}\p{Nd}\ud800-\udfff]/u.test(character)) return whole;
    isDecoded = true;
    return character;
  });
  const replaced = decoded
    .split(/(\\u[0-9a-f]{4}|\\[nrtbf"\\/])/i)
    .map((piece, index) => (index % 2 === 0 ? replace(piece) : piece))
    .join('');
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return isDecoded ? replaced.replace(/[\u0080-\uffff]/g, escaped) : replaced;
}
