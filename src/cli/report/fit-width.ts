import { stripVTControlCharacters } from 'node:util';

/**
 * Breaks lines that are wider than the terminal between words, so that what belongs to a line stays indented below it. A word that is
 * wider, such as an id, is not broken: it can be copied.
 * @param width columns of the terminal; undefined: lines stay as they are, for other programs.
 * @param indent columns by which the rest of a broken line is indented.
 */
export function fitWidth(text: string, width: number | undefined, indent: number): string {
  if (width === undefined) return text;
  const rest = ' '.repeat(Math.min(indent, Math.floor(width / 2)));
  return text
    .split('\n')
    .map((line) => (columnsOf(line) <= width ? line : broken(line, width, rest)))
    .join('\n');
}

function broken(line: string, width: number, rest: string): string {
  const lines: string[] = [];
  let current = '';
  for (const [, blanks = '', word = ''] of line.matchAll(/( *)([^ ]+)/g)) {
    if (current.trim() === '' || columnsOf(current) + blanks.length + columnsOf(word) <= width) {
      current += blanks + word;
    } else {
      lines.push(current);
      current = rest + word;
    }
  }
  return [...lines, current].join('\n');
}

/** Colors take no room. */
function columnsOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
