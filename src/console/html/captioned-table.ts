import { type Html, html, type Part } from './html.ts';

export interface Column {
  readonly label: string;
  readonly isNumber?: boolean;
}

export interface TableOptions {
  /** Where the page is narrow, a row becomes a block, and each cell stands under its label. */
  readonly isStacked?: boolean;
  /** Rows that do not fit are counted below. */
  readonly maxBytes?: number;
}

export interface TableRow {
  readonly cells: readonly Part[];
  /** Where Enter on the row leads. */
  readonly href?: string;
}

/** A page has at most 60 kB. */
const defaultMaxBytes = 45_000;

/** A table with a caption; the first cell of each row is its heading. */
// biome-ignore lint/complexity/useMaxParams: what most tables have none of stands last
export function captionedTable(
  caption: Part,
  columns: readonly Column[],
  rows: readonly TableRow[],
  { isStacked = false, maxBytes = defaultMaxBytes }: TableOptions = {},
): Html {
  const shown = fitting(rows, maxBytes, (row) => showRow(row, columns, isStacked));
  const more = rows.length - shown.length;
  return html`<div class="scroll" tabindex="0" ${rows.some(({ href }) => href !== undefined) && html`data-rows`}><table ${isStacked && html`class="stacked"`}>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ label, isNumber }) => html`<th scope="col" ${isNumber && html`class="number"`}>${label}</th>`)}</tr></thead>
<tbody>${shown}</tbody>
</table></div>${more > 0 && html`<p>${more} more ${more === 1 ? 'row does' : 'rows do'} not fit this page.</p>`}`;
}

/** The first parts of a page, as many as fit; at least one. */
export function fitting<Item>(items: readonly Item[], maxBytes: number, show: (item: Item) => Html): readonly Html[] {
  const shown: Html[] = [];
  let left = maxBytes;
  for (const item of items) {
    const part = show(item);
    left -= Buffer.byteLength(part.toString());
    if (left < 0 && shown.length > 0) break;
    shown.push(part);
  }
  return shown;
}

function showRow({ cells, href }: TableRow, columns: readonly Column[], isStacked: boolean): Html {
  const tds = cells.map((cell, index) =>
    index === 0
      ? html`<th scope="row">${cell}</th>`
      : html`<td ${columns[index]?.isNumber && html`class="number"`}${isStacked && html` data-label="${columns[index]?.label ?? ''}"`}>${cell}</td>`,
  );
  return href === undefined
    ? html`<tr>${tds}</tr>
`
    : html`<tr data-href="${href}">${tds}</tr>
`;
}
