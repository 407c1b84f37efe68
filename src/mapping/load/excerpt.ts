const maxWidth = 100;

/** The line of a place with a caret below its column; a long line is cut around it, and invisible signs are shown as dots. */
export function excerptOf(text: string, { line, column }: { readonly line: number; readonly column: number }): string {
  const whole = text.split(/\r?\n/, line)[line - 1] ?? '';
  const from = Math.max(0, column - 1 - Math.floor(maxWidth / 2));
  const shown = whole.slice(from, from + maxWidth).replace(/[^\x20-\x7e\p{L}\p{M}\p{N}\p{P}\p{S}]/gu, '·');
  const label = `${line} | `;
  return `${label}${shown.trimEnd()}\n${' '.repeat(label.length + column - 1 - from)}^`;
}
