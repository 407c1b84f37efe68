/** Parsed JSON; any other text as it is. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Whether a parsed JSON value is an object, not a list and not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a parsed JSON list; none if the value is no list. */
export function objectsIn(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The strings of a parsed JSON list; none if the value is no list. */
export function stringsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

/** The list under a key of a parsed JSON object; empty if there is none. */
export function listUnder(key: string, value: unknown): readonly unknown[] {
  const list = isObject(value) ? value[key] : undefined;
  return Array.isArray(list) ? list : [];
}

/** Whether a JSON value has more levels than these. The engine's own JSON writer runs out of stack on very deep ones. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((child) => levels === 0 || isDeeperThan(levels - 1, child));
}

/** How many values JSON text contains, counted before anything is built from them; undefined if it is beyond the limits. */
export function valuesWithin(
  { maxValues, maxDepth = Number.POSITIVE_INFINITY }: { readonly maxValues: number; readonly maxDepth?: number },
  text: string,
): number | undefined {
  let depth = 0;
  let values = 0;
  // Brackets and commas outside of strings.
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === comma) values += 1;
    else if (code === openList || code === openObject) {
      depth += 1;
      values += 1;
    } else if (code === closeList || code === closeObject) depth -= 1;
    if (depth > maxDepth || values > maxValues) return undefined;
  }
  return values;
}

const [quote, comma, openList, closeList, openObject, closeObject, backslash] = [
  0x22, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d, 0x5c,
];

/** The position of the closing quote, or the last position if there is none. The engine finds a quote faster than a loop does. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let first = at;
    while (text.charCodeAt(first - 1) === backslash) first -= 1;
    // Backslashes escape each other in pairs.
    if ((at - first) % 2 === 0) return at;
  }
  return text.length;
}
