import { type Html, html } from './html.ts';

/** What a screen says that has nothing to read. */
export function noJournal(isOn: boolean): Html {
  return isOn
    ? html`<p>No request has arrived since the journal was started.</p>`
    : html`<p>The journal is off: set <code>JOURNAL=on</code> to keep what happened to every record.</p>`;
}
