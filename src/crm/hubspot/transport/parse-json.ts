/** Parses JSON text; undefined for anything else, such as the HTML pages that HubSpot's edge returns. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller decides by the response's status.
    return undefined;
  }
}
