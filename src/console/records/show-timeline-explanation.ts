import type { TimelineExplanation } from '../../explain/explain-timeline.ts';
import { captionedTable } from '../html/captioned-table.ts';
import { type Html, html } from '../html/html.ts';

/** What one task or activity would become. */
export function showTimelineExplanation(explanation: TimelineExplanation): Html {
  const { object, objectType, values, links, warnings, heldBack, problem } = explanation;
  const outcome = problem === undefined ? `would be created as a record of ${objectType ?? object}` : problem;
  return html`<section aria-label="${object}">
<h3>${object}</h3>
<p ${problem !== undefined && html`class="bad"`}>${outcome}</p>
${
  values.length > 0 &&
  captionedTable(
    'What would be sent',
    [{ label: 'Property' }, { label: 'Value' }],
    values.map(({ property, value }) => ({ cells: [html`<code>${property}</code>`, value] })),
  )
}
${links.length > 0 && html`<p>Linked to ${links.map(({ objectType: type, id }) => html`<code>${type} ${id}</code> `)}</p>`}
${heldBack.length > 0 && html`<ul>${heldBack.map(({ field, property, reason }) => html`<li class="warning">${field}${property !== undefined && property !== field && ` → ${property}`} would be held back: ${reason}</li>`)}</ul>`}
${warnings.length > 0 && html`<ul>${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}
</section>`;
}
