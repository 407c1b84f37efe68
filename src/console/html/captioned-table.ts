import { type Html, html, type Part } from './html.ts';

export interface Column {
  readonly label: string;
  readonly isNumber?: boolean;
}

/** Where the page is narrow, a row becomes a block, and each cell stands under its label. */
export interface TableOptions {
  readonly isStacked?: boolean;
}

export interface TableRow {
  readonly cells: readonly Part[];
  /** Where Enter on the row leads. */
  readonly href?: string;
}

/** A table with a caption; the first cell of each row is its heading. */
// biome-ignore lint/complexity/useMaxParams: what most tables have none of stands last
export function captionedTable(
  caption: Part,
  columns: readonly Column[],
  rows: readonly TableRow[],
  { isStacked = false }: TableOptions = {},
): Html {
  return html`<div class="scroll" tabindex="0" ${rows.some(({ href }) => href !== undefined) && html`data-rows`}><table ${isStacked && html`class="stacked"`}>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ label, isNumber }) => html`<th scope="col" ${isNumber && html`class="number"`}>${label}</th>`)}</tr></thead>
<tbody>${rows.map(({ cells, href }) => {
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
  })}</tbody>
</table></div>`;
}
