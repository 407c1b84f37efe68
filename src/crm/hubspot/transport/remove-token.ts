/** Shorter texts are no tokens, and would occur in ordinary words. */
const minLength = 12;

/**
 * Replaces the access token wherever a response repeats it, so that it reaches no answer, log or capture: in upper or lower case, in
 * JSON escapes, percent-encoded or as HTML entities, in hexadecimal and in Base64, alone or within a longer text such as
 * `Bearer …`.
 */
export function tokenRemover(token: string): (text: string) => string {
  if (token.length < minLength) return (text) => text;
  const spelled = new RegExp([...token].map(anySpelling).join(''), 'gi');
  const plain = new RegExp(literal(token), 'i');
  const encoded = encodingsOf(token);
  const inBase64 = new RegExp(`[\\w+/-]{0,3}(?:${encoded.map(literal).join('|')})[\\w+/=-]{0,4}`, 'gi');
  return (text) => {
    // Few texts have what the long patterns begin with.
    const known = mayBeSpelled.test(text) || plain.test(text) ? text.replace(spelled, removed) : text;
    return encoded.some((encoding) => known.includes(encoding)) ? known.replace(inBase64, removed) : known;
  };
}

const removed = '[token]';
const mayBeSpelled = /\\u00|\\\/|%[2-7]|&#/i;

/** A character as it is, or as `\u0061`, `\/`, `%61`, `%2561`, `&#97;` or `&#x61;`. */
function anySpelling(character: string): string {
  const code = character.charCodeAt(0);
  const hex = code.toString(16).padStart(2, '0');
  const forms = [literal(character), `\\\\{1,4}u00${hex}`, `%(?:25)?${hex}`, `&#(?:0{0,4}${code}|x0{0,4}${hex});`];
  return `(?:${character === '/' ? [...forms, '\\\\{1,4}/'].join('|') : forms.join('|')})`;
}

/**
 * What every text that contains the token contains in hexadecimal or Base64. In Base64, the characters at both ends depend on what stands
 * beside the token, and the others on its position.
 */
function encodingsOf(token: string): readonly string[] {
  const base64 = [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(token)]);
    const own = bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
    return [own, own.replaceAll('/', '\\/'), own.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const hex = Buffer.from(token).toString('hex');
  return [...new Set([...base64, hex, hex.toUpperCase()])];
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
