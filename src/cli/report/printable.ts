/** Control characters (Unicode's Cc), line separators, and characters that change the direction of text on a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
const controlCharacter = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The codes by which the commands themselves color their output. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins them
const colorCode = /(\u001b\[\d{1,3}m)/;

/** A value from a file or a caller on one line of a terminal: each control character becomes a visible symbol, e.g. `␛`. */
export function printable(value: string): string {
  return value.replace(controlCharacter, symbolOf);
}

/** Whole output of a command: as {@link printable}, but lines stay lines, tabs stay, and so do colors where they are allowed. */
export function printableOutput(text: string, { keepColor }: { readonly keepColor: boolean }): string {
  const clean = (piece: string) =>
    piece.replace(controlCharacter, (character) =>
      character === '\n' || character === '\t' ? character : symbolOf(character),
    );
  if (!keepColor) return clean(text);
  return text
    .split(colorCode)
    .map((piece, index) => (index % 2 === 1 ? piece : clean(piece)))
    .join('');
}

/** JSON for `--json`: the same data, its control characters escaped. */
export function printableJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2) ?? 'null';
  // JSON escapes those below a space itself; a line break that is left separates lines of the output.
  return text.replace(controlCharacter, (character) => (character === '\n' ? character : `\\u${hex(character)}`));
}

/** U+2400 to U+2421 are pictures of the ASCII controls; the others are named by their number. */
function symbolOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : `<${hex(character).toUpperCase()}>`;
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0');
}
