import { valuesWithin } from '../../../json.ts';

/** HubSpot's own bodies have fewer than ten levels. */
const maxDepth = 64;

/** Two hundred records of a thousand properties: more would take too much memory and time to parse. */
const maxValues = 300_000;

/**
 * Parses JSON text; undefined for anything else, such as the HTML pages that HubSpot's edge returns, for JSON so deep that
 * code which follows its levels could run out of stack, and for JSON of more than {@link maxValues} values.
 */
export function parseJson(text: string): unknown {
  if (valuesWithin({ maxValues: maxValues, maxDepth: maxDepth }, text) === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // The caller decides by the response's status.
    return undefined;
  }
}
