import { ThreadCallError } from '../archive/call-thread.ts';
import type { ConsoleThreads } from '../archive/open-threads.ts';
import { fitting } from '../html/captioned-table.ts';
import { type Html, html } from '../html/html.ts';
import { postForm } from '../html/post-form.ts';
import { showExplanation } from '../records/show-explanation.ts';
import { showTimelineExplanation } from '../records/show-timeline-explanation.ts';
import { type TriedRecord, type TypedRecord, triedKinds } from '../replays/try-record.ts';
import type { Page, Screen, Visit } from '../screens/screen.ts';

/** What would happen to a record, per field; with today's mapping files and without HubSpot. */
export function tryScreen({ workshop }: Pick<ConsoleThreads, 'workshop'>): Screen {
  return {
    path: '/console/mapping/try',
    title: 'Try a record',
    role: 'editor',
    show: (visit) => ({ body: form(visit, { object: 'contacts', text: example }) }),
    actions: [
      {
        path: '/console/mapping/try',
        role: 'editor',
        fields: { object: kinds },
        run: (visit) => tryTyped(workshop, visit),
      },
    ],
  };
}

const kinds = new RegExp(`^(?:${triedKinds.join('|')})$`);

const example = 'externalId=lead-1\nemail=ada@example.com\nfullName=Ada Lovelace\ntitle=Engineer';

async function tryTyped(workshop: ConsoleThreads['workshop'], visit: Visit): Promise<Page> {
  const object = triedKinds.find((kind) => kind === visit.form.get('object')) ?? 'contacts';
  const typed = { object, text: (visit.form.get('text') ?? '').slice(0, maxText) };
  const tried = await explain(workshop, typed);
  return { ...('fault' in tried && { status: 400 }), body: html`${showResult(tried)}${form(visit, typed)}` };
}

const maxText = 100_000;

async function explain(workshop: ConsoleThreads['workshop'], typed: TypedRecord): Promise<TriedRecord> {
  try {
    return await workshop.ask('tryRecord', typed);
  } catch (error) {
    if (!(error instanceof ThreadCallError)) throw error;
    return { fault: error.message };
  }
}

/** Explanations take at most this many bytes of their page. */
const maxBytes = 40_000;

function showResult(tried: TriedRecord): Html {
  if ('fault' in tried) return html`<p class="bad" role="alert">${tried.fault}</p>`;
  const parts =
    'timeline' in tried
      ? fitting(tried.timeline, maxBytes, showTimelineExplanation)
      : fitting(tried.explanations, maxBytes, showExplanation);
  const omitted = tried.omitted + ('timeline' in tried ? tried.timeline : tried.explanations).length - parts.length;
  return html`<section class="result" aria-label="Result"><h2>What would happen to this record</h2>
<p class="faint">HubSpot is not called, so options and types of its properties are not checked. The record is not stored.</p>
${parts}
${omitted > 0 && html`<p>${omitted} more records are not explained.</p>`}</section>`;
}

function form({ formToken }: Visit, { object, text }: TypedRecord): Html {
  return postForm(
    { action: '/console/mapping/try', formToken },
    html`<p><label>Object <select name="object">${triedKinds.map((each) => html`<option ${each === object && html`selected`}>${each}</option>`)}</select></label></p>
<p><label>A record as Enginy sends it: JSON, or one field=value per line<br><textarea name="text" rows="12" cols="80" spellcheck="false">
${text}</textarea></label></p>
<p><button class="main">Explain</button></p>`,
  );
}
