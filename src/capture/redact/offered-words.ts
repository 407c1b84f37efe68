/** What may be between the words of a list or the parts of an address. */
const SEPARATOR = /([,;|\n]| [-–·/] )/;

/**
 * Words that the mapping files or the portal offer stay in a list and in a composed text, such as `Hamburg, Germany`; what is between
 * them is replaced as a whole.
 */
export function betweenOffered(
  text: string,
  isOffered: (piece: string) => boolean,
  replace: (text: string) => string,
): string {
  const pieces = text.split(SEPARATOR);
  if (pieces.length === 1) return replace(text);
  const replaced: string[] = [];
  let waiting = '';
  for (const [index, piece] of pieces.entries()) {
    if (index % 2 === 1 || piece.trim() === '' || !isOffered(piece)) {
      waiting += piece;
      continue;
    }
    replaced.push(replace(waiting), piece);
    waiting = '';
  }
  return [...replaced, replace(waiting)].join('');
}
