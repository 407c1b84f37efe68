import { longestOf } from '../../mapping/values/longest-of.ts';

/** Rows as text in aligned columns; the first row is the head. Numbers are aligned to the right. */
export function textTable(rows: readonly (readonly (string | number)[])[]): string {
  const widths = (rows[0] ?? []).map((_head, column) => longestOf(rows.map((row) => String(row[column] ?? ''))));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
