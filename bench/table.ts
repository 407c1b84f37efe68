/** Rows as text in aligned columns; the first row is the head. Numbers are aligned to the right. */
export function formatTable(rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map(String));
  const widths = (texts[0] ?? []).map((_head, column) => Math.max(...texts.map((row) => (row[column] ?? '').length)));
  return texts
    .map((row, index) =>
      row
        .map((cell, column) => {
          const isNumber = index > 0 && typeof rows[index]?.[column] === 'number';
          return isNumber ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
