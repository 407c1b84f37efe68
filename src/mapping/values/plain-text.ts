/** Text on one line: line breaks, tabs and runs of spaces become single spaces. */
export function toOneLine(text: string): string {
  // Most values are on one line already, and looking is faster than replacing.
  if (!/[^\S ]|\p{Cc}|\s\s|^\s|\s$|[\u200b\u2060\ufeff]/u.test(text)) return text;
  return text
    .replace(/[\u200b\u2060\ufeff]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/** Text with its paragraphs, without control characters and trailing white space. */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

/** At most `max` characters (code points); the last character of a shortened text is `…`. */
export function truncate(text: string, max: number): string {
  // A character has at most two code units: what lies beyond is never kept, however long it is.
  const characters = Array.from(text.slice(0, 2 * max));
  const fits = characters.length <= max && text.length <= 2 * max;
  return fits ? text : `${characters.slice(0, max - 1).join('')}…`;
}

/** A text that a CRM can store. */
export interface StorableText {
  readonly value: string;
  /** What happened to the characters that it cannot store, worded to follow "only partly stored:". */
  readonly note?: string;
}

/** True for a text without half characters (lone surrogates) and null characters. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/**
 * Half characters have no form in UTF-8, in which CRMs store text, and a CRM may refuse a whole call because of them or of null
 * characters.
 */
export function toStorableText(text: string): StorableText {
  if (isStorable(text)) return { value: text };
  const notes = [
    ...(text.isWellFormed() ? [] : ['half of a character was stored as \ufffd']),
    ...(text.includes('\0') ? ['null characters were removed'] : []),
  ];
  return { value: text.toWellFormed().replaceAll('\0', ''), note: notes.join(', and ') };
}

/** True for a text that cannot identify anything: different broken texts would be one, since each broken part becomes the same sign. */
export function isBroken(text: string): boolean {
  return text.includes('\ufffd') || !isStorable(text);
}
