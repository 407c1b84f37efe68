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
  const [first = '', ...words] = line.split(' ');
  let current = first;
  for (const word of words) {
    // Consecutive spaces produce empty words.
    if (word === '' || current.trim() === '' || columnsOf(current) + 1 + columnsOf(word) <= width) {
      current += ` ${word}`;
    } else {
      lines.push(current.trimEnd());
      current = rest + word;
    }
  }
  return [...lines, current].join('\n');
}

/** Color codes have no width. */
function columnsOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
