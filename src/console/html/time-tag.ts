import { type Html, html } from './html.ts';

/** `Nov 26 15:04:11` in UTC, with the whole moment as title. @param at milliseconds since 1970 */
export function timeTag(at: number): Html {
  const iso = new Date(at).toISOString();
  const [, month = '', day = ''] = /^\d+-(\d+)-(\d+)/.exec(iso) ?? [];
  const short = `${months[Number(month) - 1]} ${Number(day)} ${iso.slice(11, 19)}`;
  return html`<time datetime="${iso}" title="${iso.replace('T', ' ').slice(0, 19)} UTC">${short}</time>`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
