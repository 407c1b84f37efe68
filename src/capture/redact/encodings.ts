/** Replaces text within the encodings in which people's values travel: decoded before, encoded after. */
import { normalizeUnicode } from '../../mapping/values/normalize-unicode.ts';

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

const ESCAPE = /\\u([0-9a-f]{4})/gi;
/** Numeric references, and the named ones of letters with accents (HTML 4: `&eacute;`). */
const REFERENCE = /&#(?:x([0-9a-f]{1,6})|(\d{1,7}));|&([a-z])(acute|grave|circ|uml|tilde|cedil|ring|caron);/gi;

const ACCENTS: Readonly<Record<string, string>> = {
  acute: '\u0301',
  grave: '\u0300',
  circ: '\u0302',
  uml: '\u0308',
  tilde: '\u0303',
  cedil: '\u0327',
  ring: '\u030a',
  caron: '\u030c',
};

/** Character references of HTML that stand for letters or digits; those of punctuation, e.g. `&amp;`, stay. */
export function withinReferences(text: string, replace: (decoded: string) => string): string {
  if (!text.includes('&')) return replace(text);
  let isDecoded = false;
  // biome-ignore lint/complexity/useMaxParams: the groups of the pattern
  const decoded = text.replace(REFERENCE, (whole, hex?: string, decimal?: string, letter = '', accent = '') => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    const character =
      accent === '' ? characterOf(code) : normalizeUnicode(letter + (ACCENTS[accent.toLowerCase()] ?? ''), 'NFC');
    if (!/^[\p{L}\p{M}\p{Nd}]+$/u.test(character)) return whole;
    isDecoded = true;
    return character;
  });
  const pieces = decoded.split(/(&(?:[a-z][a-z0-9]{1,30}|#x?[0-9a-f]{1,7});)/i);
  const replaced = pieces.map((piece, index) => (index % 2 === 0 ? replace(piece) : keptReference(piece))).join('');
  return isDecoded
    ? replaced.replace(/[\u0080-\u{10ffff}]/gu, (character) => `&#${character.codePointAt(0)};`)
    : replaced;
}

/** A name that no punctuation has may be anybody's. */
function keptReference(reference: string): string {
  return /^&(?:#|(?:amp|lt|gt|quot|apos|nbsp|shy|[lr]s?aquo|[lr][sd]quo|[nm]dash|hellip|bull|middot|copy|reg|trade|euro|pound|deg|zwn?j|e[nm]sp|thinsp);)/i.test(
    reference,
  )
    ? reference
    : '&nbsp;';
}

/** `\u00e9` as JSON within a text writes it; other escapes separate words. */
export function withinEscapes(text: string, replace: (decoded: string) => string): string {
  if (!text.includes('\\')) return replace(text);
  let isDecoded = false;
  const decoded = text.replace(ESCAPE, (whole, hex: string) => {
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
  return isDecoded ? replaced.replace(/[\u0080-\uffff]/g, (unit) => `\\u${hexOf(unit)}`) : replaced;
}

function hexOf(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0');
}

function characterOf(code: number): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
