import { type Html, html } from './html.ts';

/** `Nov 26 15:04:11` in UTC, with the whole moment as title. @param at milliseconds since 1970 */
export function timeTag(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}" title="${iso.replace('T', ' ').slice(0, 19)} UTC">${shortTime(at)}</time>`;
}

/** `Nov 26 15:04:11` in UTC. @param at milliseconds since 1970 */
export function shortTime(at: number): string {
  const iso = new Date(at).toISOString();
  return `${months[Number(iso.slice(5, 7)) - 1]} ${Number(iso.slice(8, 10))} ${iso.slice(11, 19)}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
