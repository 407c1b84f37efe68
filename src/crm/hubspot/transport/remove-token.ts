/** Shorter texts are no tokens, and would occur in ordinary words. */
const MIN_LENGTH = 12;

/**
 * Replaces the access token wherever a response repeats it, in JSON escapes too, so that it reaches no answer, log or capture.
 */
export function tokenRemover(token: string): (text: string) => string {
  if (token.length < MIN_LENGTH) return (text) => text;
  const pattern = new RegExp([...token].map(anySpelling).join(''), 'g');
  return (text) => (text.includes(token) || text.includes('\\') ? text.replace(pattern, '[token]') : text);
}

/** A character as it is, or as `\u0061` or `\/`. */
function anySpelling(character: string): string {
  const code = character.charCodeAt(0).toString(16).padStart(4, '0');
  const hex = [...code].map((digit) => (/[a-f]/.test(digit) ? `[${digit}${digit.toUpperCase()}]` : digit)).join('');
  const escaped = character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
  return `(?:${escaped}|\\\\u${hex}${character === '/' ? '|\\\\/' : ''})`;
}
