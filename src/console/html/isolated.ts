import { type Html, html } from './html.ts';

/** An id or a name in any script: the order of its characters does not change what stands beside it. */
export function isolated(text: string): Html {
  return /^[ -~]*$/.test(text) ? html`${text}` : html`<bdi>${text}</bdi>`;
}
