import type { ProposedRow } from './propose-rows.ts';

/**
 * A mapping file with the proposed rows as comments, each under its reason: writing rows at the end of `fields`, returning rows at the
 * beginning of `return`.
 * @throws Error when the file lacks the places, which would be a fault of the shipped files.
 */
export function insertRows(text: string, rows: readonly ProposedRow[]): string {
  const written = rows.filter(({ section }) => section === 'write').map((row) => comment(row, '    '));
  const returned = rows.filter(({ section }) => section === 'return').map((row) => comment(row, '  '));
  const withWritten = insertAt(text, /^ {2}# (?:Options of .*\n {2}# )?on_create:/m, heading('    ', written));
  if (returned.length === 0) return withWritten;
  // What the shipped file shows in place of the portal's own score is no longer needed.
  const place = withWritten.replace(/^ {2}# - \{ crm: my_lead_score.*\n/m, '');
  const end = /^return:.*\n/m.exec(place);
  if (end === null) throw new Error('the mapping file has no section "return"');
  const at = end.index + end[0].length;
  return place.slice(0, at) + heading('  ', returned) + place.slice(at);
}

function comment({ row, reasons }: ProposedRow, indent: string): string {
  return `${reasons.map((reason) => `${indent}# ${reason}\n`).join('')}${indent}# - ${row}\n`;
}

function heading(indent: string, comments: readonly string[]): string {
  if (comments.length === 0) return '';
  return `${indent}# Properties of your portal. Remove the "# " before a row to use it.\n${comments.join('')}`;
}

function insertAt(text: string, place: RegExp, inserted: string): string {
  const at = text.search(place);
  if (at < 0) throw new Error(`the mapping file has no place for rows (${place.source})`);
  return text.slice(0, at) + inserted + text.slice(at);
}
