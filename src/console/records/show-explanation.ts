import { type KeyExplanation, searchedProperties } from '../../explain/explain-keys.ts';
import type { MatchExplanation, RecordExplanation } from '../../explain/explain-records.ts';
import type { ValueExplanation, WriteExplanation } from '../../explain/explain-write.ts';
import { describeSame } from '../../explain/same-records.ts';
import type { FieldTrace } from '../../mapping/run/trace-translation.ts';
import { captionedTable } from '../html/captioned-table.ts';
import { type Html, html } from '../html/html.ts';

/** What would happen to one record, per rule and per field. */
export function showExplanation({
  object,
  externalId,
  keys,
  match,
  same,
  create,
  update,
  newProperties,
}: RecordExplanation): Html {
  return html`<section aria-label="${object} ${externalId}">
<h3>${object} ${externalId}</h3>
${match !== undefined && showMatch(match)}
${same.length > 0 && html`<ul>${same.map((each) => html`<li>In the same request, ${describeSame(each)}.</li>`)}</ul>`}
${captionedTable(
  'What is looked for, in this order',
  [{ label: 'Rule' }, { label: 'Compares' }, { label: 'In' }],
  keys.map((key) => ({ cells: keyCells(key) })),
)}
${showWrite('A create would send', create)}
${showWrite('An update would send', update)}
${newProperties.length > 0 && html`<p>Custom properties that would be created: ${newProperties.map(({ name, type, label }) => html`<code>${name}</code> (${type}, for ${label}) `)}</p>`}
</section>`;
}

function showMatch(match: MatchExplanation): Html {
  return html`${match.setAside.length > 0 && html`<ul>${match.setAside.map((line) => html`<li>${line}</li>`)}</ul>`}<p>${decision(match)}</p>`;
}

function decision(match: MatchExplanation): Html {
  if ('none' in match)
    return html`No record matches (${match.tried.length === 0 ? 'no rule has a value to compare' : `compared: ${match.tried.join(', ')}`}): Enginy would create it.`;
  if ('problem' in match) return html`The lookup failed: ${match.problem}`;
  if ('several' in match)
    return html`${match.several.length} records match by ${match.rule}: ${match.several.join(', ')}`;
  return html`Record ${match.crmId} matches by ${match.rule}.`;
}

function keyCells(key: KeyExplanation) {
  if ('skipped' in key) return [key.rule, html`<span class="faint">skipped: ${key.skipped}</span>`, ''];
  const accents = key.missesAccents === true ? '; with other accents: only by the identity index' : '';
  const place = key.isRead === true ? `read by ${key.store}` : `${searchedProperties(key).join(', ')}${accents}`;
  return [key.rule, key.looksFor.join(' and '), place];
}

function showWrite(caption: string, { values, warnings, problem, heldBack }: WriteExplanation): Html {
  if (problem !== undefined) return html`<p>${caption} nothing: ${problem}</p>`;
  const columns = [{ label: 'Property' }, { label: 'Value' }, { label: 'From' }, { label: 'When' }];
  const rows = values.map((value) => ({
    cells: [
      html`<code>${value.property}</code>${value.isCreated && html` <small>created for it</small>`}`,
      html`${value.value === '' ? html`<em>cleared</em>` : value.value}${now(value)}`,
      html`${origin(value)}`,
      { always: 'always', 'if empty': 'only if it is empty in HubSpot', option: 'as the matching option' }[value.when],
    ],
  }));
  return html`${rows.length === 0 ? html`<p>${caption} nothing.</p>` : captionedTable(caption, columns, rows, { maxBytes: 14_000 })}
${heldBack.length > 0 && html`<ul>${heldBack.map(({ field, property, reason, detail }) => html`<li class="warning">${field}${property !== undefined && property !== field && ` → ${property}`} would be held back: ${reason}${detail !== undefined && ` (${detail})`}</li>`)}</ul>`}
${warnings.length > 0 && html`<ul>${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}`;
}

function now({ now: held, value }: ValueExplanation): Html {
  if (held === undefined) return html``;
  if (held === null || held === '') return html` <small>empty now</small>`;
  return html` <small>${held === value ? 'the same now' : `now ${held}`}</small>`;
}

function origin({ source, fields }: ValueExplanation): Html {
  if (fields === undefined || source.startsWith('(')) {
    return html`${source === '(constant)' ? 'constant of the file' : source === '(default)' ? 'default of the row' : source}`;
  }
  return html`${fields.map((field, index) => html`${index > 0 && html`<br>`}${showField(field)}`)}`;
}

function showField({ field, given, steps }: FieldTrace): Html {
  let before = given;
  const changes = steps.flatMap(({ name, result, problem }) => {
    const isChanged = problem !== undefined || result !== before;
    before = result;
    return isChanged ? [`${name} → ${problem ?? result ?? 'nothing is left'}`] : [];
  });
  return html`<code>${field}</code> ${given ?? 'empty'}${changes.map((change) => html`, ${change}`)}`;
}
