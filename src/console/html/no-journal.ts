import { type Html, html } from './html.ts';

/** Shown by a screen that has nothing to read. @param shows what it would show: `every request from Enginy` */
export function noJournal(isOn: boolean, shows: string): Html {
  return isOn
    ? html`<p>No request has arrived since the journal was started.</p>`
    : html`<p>This page reads the journal, which is off. Set <code>JOURNAL=on</code> and restart the bridge: from then on, this page shows ${shows}.</p>`;
}

/** Why nothing can be replayed. @param shows what captures add to the page */
export function noCaptures(shows: string): Html {
  return html`<p>Captures are off. Set <code>CAPTURE=errors</code> or <code>CAPTURE=all</code> and restart the bridge: from then on, this page shows ${shows}.</p>`;
}
