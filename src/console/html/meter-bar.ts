import { type Html, html } from './html.ts';

const width = 160;
const height = 12;

/** How much of a limit is used, shown beside the figures. @param name its `data-live-width` */
export function meterBar(name: string, used: number, limit: number): Html {
  return html`<svg class="meter" aria-hidden="true" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect class="rail" width="${width}" height="${height}"/><rect data-live-width="${name}" width="${barWidth(used, limit)}" height="${height}"/></svg>`;
}

/** In pixels. */
export function barWidth(used: number, limit: number): string {
  return String(limit <= 0 ? 0 : Math.round((Math.min(used, limit) / limit) * width));
}
