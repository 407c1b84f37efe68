import type { DuplicateGroup, DuplicateRecord } from '../../duplicates/find-duplicates.ts';
import { printable, printableJson } from './printable.ts';
import { textTable } from './text-table.ts';

/** Prints groups one by one, so that a long list is not held in memory. */
export interface DuplicateReport {
  readonly head: string;
  group(group: DuplicateGroup): string;
  foot(summary: string): string;
}

/** @param linkTo the address of a record's page in the CRM. */
export function duplicateTable(objectType: string, linkTo: (id: string) => string): DuplicateReport {
  return {
    head: '',
    group: ({ rule, value, records }) => {
      const rows = records.map((record) => ['', record.id, printable(record.name), dayOf(record), linkTo(record.id)]);
      return `${rule} ${printable(value)}: ${records.length} ${objectType}\n${textTable(rows)}\n\n`;
    },
    foot: (summary) => summary,
  };
}

/** One line a record. */
export function duplicateCsv(linkTo: (id: string) => string): DuplicateReport {
  return {
    head: csvLine(['rule', 'value', 'id', 'name', 'created_at', 'link']),
    group: ({ rule, value, records }) =>
      records.map(({ id, name, createdAt = '' }) => csvLine([rule, value, id, name, createdAt, linkTo(id)])).join(''),
    foot: () => '',
  };
}

/** An array with one object a value. */
export function duplicateJson(linkTo: (id: string) => string): DuplicateReport {
  let separator = '\n';
  return {
    head: '[',
    group: ({ rule, value, records }) => {
      const text = printableJson({
        rule,
        value,
        records: records.map((record) => ({ ...record, link: linkTo(record.id) })),
      });
      const before = separator;
      separator = ',\n';
      return `${before}${text}`;
    },
    foot: () => '\n]\n',
  };
}

function dayOf({ createdAt }: DuplicateRecord): string {
  return createdAt === undefined ? '' : `created ${createdAt.slice(0, 10)}`;
}

/**
 * Quoted as in RFC 4180. A cell that a spreadsheet would treat as a formula gets an apostrophe in front; phone numbers stay unchanged.
 */
function csvLine(cells: readonly string[]): string {
  const line = cells.map((cell) => {
    const text = /^(?:[=@\t\r]|[+-](?!\d[\d\s().-]*$))/.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${line.join(',')}\n`;
}
