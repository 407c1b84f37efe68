import { styleText } from 'node:util';
import { type KeyExplanation, searchedProperties } from '../../explain/explain-keys.ts';
import type { MatchExplanation, RecordExplanation } from '../../explain/explain-records.ts';
import type { ValueExplanation, WriteExplanation } from '../../explain/explain-write.ts';
import { describeSame } from '../../explain/same-records.ts';
import type { FieldTrace } from '../../mapping/run/trace-translation.ts';
import { longestOf } from '../../mapping/values/longest-of.ts';
import type { MappingPlaces } from '../../reasons/mapping-places.ts';
import { heldBackLines } from '../../reasons/held-back-words.ts';
import { clipped } from '../../clipped.ts';

interface Layout {
  readonly number: number;
  readonly of: number;
  readonly hasColor: boolean;
  readonly places: MappingPlaces;
}

/** One record's explanation, for a person. */
export function formatExplanation(explanation: RecordExplanation, layout: Layout): string {
  const { object, externalId, keys, match, same, create, update, newProperties } = explanation;
  const id = externalId === undefined ? '' : `, ${externalId}`;
  const bold = (text: string) => (layout.hasColor ? styleText('bold', text, { validateStream: false }) : text);
  const sections: [title: string, lines: readonly string[]][] = [
    ['looks for, in this order', formatKeys(keys)],
    ...(match === undefined ? [] : [['finds', formatMatch(match)] as [string, string[]]]),
    ['in the same request', same.map(describeSame)],
    ['a create would send', formatWrite(create)],
    ['a create would hold back', formatHeldBack(create, object, layout.places)],
    ['an update would send', formatWrite(update)],
    ['an update would hold back', formatHeldBack(update, object, layout.places)],
    [
      'properties that would be created',
      newProperties.map(({ name, type, label }) => `${name} (${type}), for ${label}`),
    ],
  ];
  const shown = sections.filter(([, lines]) => lines.length > 0);
  const head = bold(`${object}, record ${layout.number} of ${layout.of}${id}`);
  return `${head}\n${shown.map(([title, lines]) => `  ${bold(title)}\n${indent(lines)}`).join('')}\n`;
}

function indent(lines: readonly string[]): string {
  return lines.map((line) => `    ${line}\n`).join('');
}

/** What the index knows comes last, where it is the same for all rules. */
function formatKeys(keys: readonly KeyExplanation[]): string[] {
  const words = new Set(keys.map((key) => ('skipped' in key ? undefined : key.index)));
  words.delete(undefined);
  const [index] = words;
  if (words.size === 1) return [...keys.map(formatKey), `identity index: ${index}`];
  return keys.map((key, position) => {
    const known = 'skipped' in key || key.index === undefined ? '' : `; identity index: ${key.index}`;
    return `${formatKey(key, position)}${known}`;
  });
}

function formatKey(key: KeyExplanation, index: number): string {
  const name = `${index + 1} ${key.rule}`;
  if ('skipped' in key) return `${name}: skipped: ${key.skipped}`;
  if (key.search.length === 0)
    return `${name}: ${key.looksFor.map(show).join(' and ')}, which no record has: the CRM has no such property`;
  const way = key.isRead === undefined ? 'looked up' : 'searched';
  const rest = key.further > 0 ? `, then in ${key.further} additional spellings` : '';
  const accents =
    key.missesAccents === true ? '; a record with other accents is found only with the identity index' : '';
  const where =
    key.isRead === true ? `read by ${key.store}` : `${way} in ${searchedProperties(key).join(', ')}${rest}${accents}`;
  return `${name}: ${key.looksFor.map(show).join(' and ')}, ${where}`;
}

function formatMatch(match: MatchExplanation): string[] {
  return [...match.setAside, ...formatDecision(match)];
}

function formatDecision(match: MatchExplanation): string[] {
  if ('none' in match) return [`${whyNone(match.tried, match.setAside.length)}: Enginy would create it`];
  if ('problem' in match) return [`nothing, because the lookup failed: ${match.problem}`];
  if ('several' in match)
    return [
      `${match.several.length} records by ${match.rule}, which is reported in errors: ${match.several.join(', ')}`,
    ];
  const returned = Object.entries(match.returned).map(([name, value]) => `returns ${name}: ${JSON.stringify(value)}`);
  return [`record ${match.crmId} by ${match.rule}`, ...returned];
}

function whyNone(tried: readonly string[], setAside: number): string {
  if (tried.length === 0) return 'no record, because no rule has a value to compare';
  return `no ${setAside === 0 ? '' : 'other '}record has the same ${tried.join(', ')}`;
}

/** In the words of "lead". */
function formatHeldBack({ heldBack }: WriteExplanation, object: string, places: MappingPlaces): string[] {
  return heldBack.flatMap((held) => heldBackLines(held, object, places));
}

function formatWrite({ values, warnings, problem }: WriteExplanation): string[] {
  if (problem !== undefined) return [`nothing: ${problem}`];
  const width = longestOf(values.map(({ property }) => property));
  const lines = values.map(
    (value) =>
      `${value.property.padEnd(width)}  ${value.value === '' ? 'cleared' : show(value.value)}${formatOrigin(value)}`,
  );
  return [...(lines.length === 0 ? ['nothing'] : lines), ...warnings.map((warning) => `! ${warning}`)];
}

function formatOrigin(value: ValueExplanation): string {
  const isOwn = value.fields === undefined || value.source.startsWith('(');
  const origin = isOwn ? formatSource(value.source) : value.fields.map(formatField).join('; ');
  const condition = {
    always: '',
    'if empty': ', only if it is empty in the CRM',
    option: ', as the matching option',
  };
  return `  ← ${origin}${condition[value.when]}${value.isCreated ? ', in a property created for it' : ''}${formatNow(value)}`;
}

function formatSource(source: string): string {
  return source === '(constant)' ? 'constant of the file' : source === '(default)' ? 'default of the row' : source;
}

function formatField({ field, given, steps }: FieldTrace): string {
  const changes: string[] = [];
  let before = given;
  for (const { name, result, problem } of steps) {
    if (problem !== undefined) changes.push(`${name}: ${problem}`);
    else if (result === undefined) changes.push(`${name}: nothing is left`);
    else if (result !== before) changes.push(`${name} → ${show(result)}`);
    before = result;
  }
  const sent = given === undefined ? 'empty' : show(given);
  return `${field} ${sent}${changes.map((change) => `, ${change}`).join('')}`;
}

function formatNow({ now, value, when }: ValueExplanation): string {
  if (now === undefined) return '';
  if (now === null || now === '') return ' (empty now)';
  if (now === value) return ' (the same now)';
  return when === 'if empty' ? ` (stays ${show(now)})` : ` (now ${show(now)})`;
}

const longest = 60;

function show(text: string): string {
  return JSON.stringify(clipped(text, longest));
}
