/** HubSpot's own bodies have fewer than ten levels. */
const MAX_DEPTH = 64;

/** Two hundred records of a thousand properties: more would take too much memory and time to parse. */
const MAX_VALUES = 300_000;

/**
 * Parses JSON text; undefined for anything else, such as the HTML pages that HubSpot's edge returns, for JSON so deep that
 * code which follows its levels could run out of stack, and for JSON of more than {@link MAX_VALUES} values.
 */
export function parseJson(text: string): unknown {
  if (isBeyondLimits(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // The caller decides by the response's status.
    return undefined;
  }
}

/** Counts brackets and commas outside of strings, before anything is built from them. */
function isBeyondLimits(text: string): boolean {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COMMA) values += 1;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth += 1;
      values += 1;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
    if (depth > MAX_DEPTH || values > MAX_VALUES) return true;
  }
  return false;
}

const [QUOTE, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT, BACKSLASH] = [
  0x22, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d, 0x5c,
];

/** The position of the closing quote, or the last position if there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) return at;
  }
  return text.length;
}
