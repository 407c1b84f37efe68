import { html } from './html.ts';

/** How many bytes of a page a text takes, escaped. */
export function pageBytes(text: string): number {
  return Buffer.byteLength(html`${text}`.toString());
}

/** As much of the beginning as fits that many bytes of a page; a character is shown whole. */
export function beginningOf(text: string, maxBytes: number): string {
  let left = maxBytes;
  let end = 0;
  for (const character of text) {
    left -= pageBytes(character);
    if (left < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}
