/** The parts of a text between separators, trimmed; empty parts are dropped. */
export function splitText(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Each text once, regardless of case: the first spelling is kept. */
export function uniqueTexts(texts: readonly string[]): readonly string[] {
  const first = new Map(texts.toReversed().map((text) => [text.toLowerCase(), text]));
  return [...new Set(texts.map((text) => first.get(text.toLowerCase()) ?? text))];
}
