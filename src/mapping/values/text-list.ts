/** The parts of a text between separators, trimmed; empty parts are dropped. */
export function splitText(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** The same of a text in which a part in double quotes may contain the separator, as in CSV: `"a, b", c`. */
export function splitQuoted(text: string, separator: string): string[] {
  if (!text.includes('"')) return splitText(text, separator);
  const items: string[][] = [];
  let isOpen = false;
  for (const part of text.split(separator)) {
    const isOdd = part.split('"').length % 2 === 0;
    if (isOpen) items.at(-1)?.push(part);
    else items.push([part]);
    if (isOdd) isOpen = isOpen ? false : part.trimStart().startsWith('"');
  }
  if (isOpen) return splitText(text, separator);
  return items.map((parts) => unquote(parts.join(separator).trim())).filter((part) => part !== '');
}

function unquote(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replaceAll('""', '"').trim()
    : text;
}

/** Each text once, regardless of case: the first spelling is kept. */
export function uniqueTexts(texts: readonly string[]): readonly string[] {
  const first = new Map(texts.toReversed().map((text) => [text.toLowerCase(), text]));
  return [...new Set(texts.map((text) => first.get(text.toLowerCase()) ?? text))];
}
