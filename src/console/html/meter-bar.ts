import { type Html, html } from './html.ts';

const width = 160;
const height = 12;

/** How much of a limit is used, beside the same in figures. */
export function meterBar(used: number, limit: number): Html {
  const part = limit <= 0 ? 0 : Math.min(1, used / limit);
  return html`<svg class="meter" aria-hidden="true" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect class="rail" width="${width}" height="${height}"/><rect width="${(part * width).toFixed(1)}" height="${height}"/></svg>`;
}
