import { type Html, html, type Part } from './html.ts';

export interface Column {
  readonly label: string;
  readonly isNumber?: boolean;
}

export interface TableRow {
  readonly cells: readonly Part[];
  /** Where Enter on the row leads. */
  readonly href?: string;
}

/** A table with a caption; the first cell of each row is its heading. */
export function captionedTable(caption: Part, columns: readonly Column[], rows: readonly TableRow[]): Html {
  return html`<div class="scroll" tabindex="0" ${rows.some(({ href }) => href !== undefined) && html`data-rows`}><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ label, isNumber }) => html`<th scope="col" ${isNumber && html`class="number"`}>${label}</th>`)}</tr></thead>
<tbody>${rows.map(({ cells, href }) => {
    const tds = cells.map((cell, index) =>
      index === 0
        ? html`<th scope="row">${cell}</th>`
        : html`<td ${columns[index]?.isNumber && html`class="number"`}>${cell}</td>`,
    );
    return href === undefined
      ? html`<tr>${tds}</tr>
`
      : html`<tr data-href="${href}">${tds}</tr>
`;
  })}</tbody>
</table></div>`;
}
