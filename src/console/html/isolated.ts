import { type Html, html } from './html.ts';

/** An id or a name in any script, isolated so that its direction does not affect the text beside it. */
export function isolated(text: string): Html {
  return /^[ -~]*$/.test(text) ? html`${text}` : html`<bdi>${text}</bdi>`;
}
