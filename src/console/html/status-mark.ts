import { type Html, html } from './html.ts';

export type Status = 'good' | 'warning' | 'bad' | 'off';

const signs: Readonly<Record<Status, string>> = { good: '✓', warning: '!', bad: '✕', off: '–' };

/** A state as sign, color and words, so that none of them is needed to understand it. */
export function statusMark(status: Status, words: string): Html {
  return html`<span class="mark ${status}"><span aria-hidden="true">${signs[status]}</span> ${words}</span>`;
}

/** One that changes while the screen is open. */
export interface LiveMark {
  /** Unique on its screen. */
  readonly name: string;
  readonly status: Status;
  readonly words: string;
}

/** A {@link statusMark} that follows {@link liveMarkTexts}. */
export function liveMark({ name, status, words }: LiveMark): Html {
  return html`<span class="mark ${status}" data-live-class="${name}.class"><span aria-hidden="true" data-live="${name}.sign">${signs[status]}</span> <span data-live="${name}.words">${words}</span></span>`;
}

/** The part of `live()` of a screen for its marks. */
export function liveMarkTexts(marks: readonly LiveMark[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    marks.flatMap(({ name, status, words }) => [
      [`${name}.class`, `mark ${status}`],
      [`${name}.sign`, signs[status]],
      [`${name}.words`, words],
    ]),
  );
}
