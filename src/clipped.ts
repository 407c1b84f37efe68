/** A text for people, at most `max` UTF-16 code units long: a longer one ends with `…`. */
export function clipped(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
