import { styleText } from 'node:util';
import type { JournalEntry } from '../../journal/journal.ts';
import type { MappingPlaces } from '../inputs/mapping-places.ts';
import { heldBackLines } from './held-back-words.ts';
import { problemLines } from './problem-words.ts';

export interface EntryLayout {
  readonly places: MappingPlaces;
  readonly hasColor: boolean;
  /** The capture of the entry's request, where there is one. */
  readonly capture: string | undefined;
}

/** What happened to one record in one request, for a person. */
export function formatEntry(entry: JournalEntry, { places, hasColor, capture }: EntryLayout): string {
  const { request, written, createdProperties } = entry;
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    hasColor ? styleText(style, text, { validateStream: false }) : text;
  const head = `${timeOf(request.at)}  ${request.endpoint}  ${paint(colorOf(entry), outcomeLine(entry))}`;
  const sections: [title: string, lines: readonly string[]][] = [
    ['why', whyLines(entry, places)],
    ['looked for', lookedForLines(entry)],
    ['set aside', setAsideLines(entry, places)],
    ['wrote', written.length === 0 ? [] : [written.join(', ')]],
    ['created', createdProperties.length === 0 ? [] : [`custom properties ${createdProperties.join(', ')}`]],
    ['held back', entry.heldBack.flatMap((held) => heldBackLines(held, entry.object, places))],
    ['request', [requestLine(entry, places, capture)]],
  ];
  const body = sections.flatMap(([title, lines]) =>
    lines.map((line, index) => `  ${(index === 0 ? title : '').padEnd(10)} ${line}\n`),
  );
  return `${paint('bold', head)}\n${body.join('')}`;
}

/** `2026-11-24 14:03:11`, in UTC. */
export function timeOf(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** Green, yellow where something was held back, red where the record failed. */
export function colorOf({ outcome, heldBack }: JournalEntry): 'green' | 'yellow' | 'red' {
  if (outcome === 'failed' || outcome === 'several') return 'red';
  return heldBack.length > 0 ? 'yellow' : 'green';
}

/** What was done, in one line. */
export function outcomeLine(entry: JournalEntry): string {
  const who = nameOf(entry);
  const { crmId, rule, linkedBy, matchingIds = [] } = entry;
  switch (entry.outcome) {
    case 'matched':
      return `${who} found as record ${crmId}, by ${rule}`;
    case 'not-found':
      return `${who} not found in HubSpot${triedText(entry)}`;
    case 'several':
      return `${who} not ${isSync(entry) ? 'matched' : 'written'}: ${matchingIds.length} ${entry.object} match by ${rule}: ${matchingIds.join(', ')}`;
    case 'created':
      return `${who} created as record ${crmId}`;
    case 'linked':
      return entry.object === 'associations'
        ? `${who} linked`
        : `${who} linked to record ${crmId}: ${sharedWith(linkedBy)}`;
    case 'updated':
      return `${who} updated (record ${crmId}${entry.survivorId === undefined ? '' : `, which HubSpot has merged into ${entry.survivorId}`})`;
    case 'unchanged':
      return `${who} unchanged (record ${crmId}): nothing was left to write`;
    case 'failed':
      return `${who} failed: ${entry.problem === undefined ? 'no reason was noted' : (problemLines(entry.problem)[0] ?? '')}`;
  }
}

function isSync({ request }: JournalEntry): boolean {
  return request.endpoint.endsWith('/sync');
}

function sharedWith(linkedBy: string | undefined): string {
  if (linkedBy === 'externalId') return 'an earlier request created it for the same Enginy id';
  if (linkedBy === 'fingerprint') return 'an earlier request created it, and this one repeats that request';
  if (linkedBy === 'this request') return 'another record of this request has the same unique value';
  const what =
    linkedBy === undefined || linkedBy === 'a unique value' ? 'the same email address' : `the same ${linkedBy}`;
  return `it already has ${what}, so no second record was created`;
}

function triedText({ tried }: JournalEntry): string {
  if (tried === undefined) return '';
  return tried.length === 0 ? ': it has no value that a rule compares' : `; rules tried: ${tried.join(', ')}`;
}

/** What a create looked for first. */
function lookedForLines({ outcome, tried = [] }: JournalEntry): readonly string[] {
  if (outcome !== 'created' || tried.length === 0) return [];
  return [`${tried.map((name) => (name === 'identity' ? "Enginy's id" : name)).join(', ')}: no match`];
}

/** `contact lead-7`. */
function nameOf({ object, externalId, crmId, contactId, companyId }: JournalEntry): string {
  const singular = { contacts: 'contact', companies: 'company', tasks: 'task', activities: 'activity' };
  if (object === 'associations') return `contact ${contactId ?? 'without id'} and company ${companyId ?? 'without id'}`;
  const about = [
    contactId === undefined ? [] : `contact ${contactId}`,
    companyId === undefined ? [] : `company ${companyId}`,
  ].flat();
  const id = externalId ?? crmId;
  return `${singular[object]}${id === undefined ? '' : ` ${id}`}${about.length === 0 ? '' : ` of ${about.join(', ')}`}`;
}

/** What to do about a record that failed. */
function whyLines({ outcome, object, problem }: JournalEntry, places: MappingPlaces): readonly string[] {
  if (outcome === 'several') {
    const place = places.key(object, ['match', 'if_several']);
    return [`merge the records in HubSpot, or choose with if_several: oldest or newest in ${place}`];
  }
  return problem === undefined
    ? []
    : problemLines(problem)
        .slice(1)
        .map((line) => line.trim());
}

function setAsideLines({ object, setAside = [] }: JournalEntry, places: MappingPlaces): readonly string[] {
  if (setAside.length === 0) return [];
  const found = setAside.map(({ id, rule, differs }) => `record ${id}, found by ${rule}: its ${differs} differs`);
  const place = places.key(object, ['match', 'rules']);
  return [
    ...found,
    `  if they are the same, correct ${setAside[0]?.differs} in one of them, or unless_differs in ${place}`,
  ];
}

function requestLine({ request }: JournalEntry, places: MappingPlaces, capture: string | undefined): string {
  const { requestId, status, mapping } = request;
  const id = shortId(requestId);
  const version = mapping === undefined ? [] : `mapping ${mapping}${mapping === places.hash ? '' : ' (changed since)'}`;
  const look = capture === undefined ? 'no capture' : `details: captures show ${capture}`;
  return [`${id}, status ${status}`, version, look].flat().join(', ');
}

/** The beginning of an id is enough for every command. Ids of the caller's own form stay whole. */
export function shortId(requestId: string): string {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(requestId) ? requestId.slice(0, 8) : requestId;
}
