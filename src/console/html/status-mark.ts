import { type Html, html } from './html.ts';

export type Status = 'good' | 'warning' | 'bad' | 'off';

const signs: Readonly<Record<Status, string>> = { good: '✓', warning: '!', bad: '✕', off: '–' };

/** A state as sign, colour and words, so that none of them is needed to understand it. */
export function statusMark(status: Status, words: string): Html {
  return html`<span class="mark ${status}"><span aria-hidden="true">${signs[status]}</span> ${words}</span>`;
}
