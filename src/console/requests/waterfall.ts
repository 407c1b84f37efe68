import { type Html, html } from '../html/html.ts';
import type { CallView } from './view-capture.ts';

const width = 320;
const height = 12;

/** One call as a bar over the time of its request: waited, then took. The table beside it has the numbers. */
export function waterfallBar({ startedMs, waitedMs, durationMs }: CallView, totalMs: number): Html {
  const scale = (ms: number) => Math.round((Math.max(0, ms) / Math.max(1, totalMs)) * width * 10) / 10;
  // `startedMs` is when it was sent; it had waited before.
  const sentAt = Math.min(width, scale(startedMs));
  const waited = Math.min(sentAt, scale(waitedMs));
  return html`<svg class="waterfall" aria-hidden="true" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect class="waited" x="${sentAt - waited}" y="4" width="${waited}" height="4"></rect><rect class="took" x="${sentAt}" y="1" width="${Math.max(1, Math.min(width - sentAt, scale(durationMs)))}" height="10"></rect></svg>`;
}
