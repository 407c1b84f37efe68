/**
 * A sentence of a response as the log may hold it: email addresses, links, phone numbers and quoted values are replaced by "…". Names of
 * fields, constants, record ids and the rest stay.
 */
export function withoutPersonalData(sentence: string): string {
  return sentence
    .replace(/["“]([^"”]*)["”]/gu, (quoted, inner: string) => (isName(inner) ? quoted : '"…"'))
    .replace(/[^\s"<>]*@[^\s"<>]*/gu, '…')
    .replace(/\b(?:https?:\/\/|www\.)[^\s"'<>]+/giu, '…')
    .replace(/\b[\w-]+(?:\.[\w-]+)+\/[^\s"'<>]+/giu, '…')
    .replace(/\+\d[\d\s()./-]{5,}\d|\b\d[\d]*(?:[\s()./-]+\d+){2,}\b/gu, '…');
}

/** Constants (`EMAIL`) and names of properties (`hs_lead_status`); a lower-case word may be a person's name. */
function isName(text: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(text) || /^[a-z0-9]+(_[a-z0-9]+)+$/.test(text);
}
