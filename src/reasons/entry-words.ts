import type { JournalEntry } from '../journal/journal.ts';
import type { MappingPlaces } from './mapping-places.ts';
import { problemLines } from './problem-words.ts';

/** `2026-11-24 14:03:11`, in UTC. */
export function timeOf(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** What was done, in one line. */
export function outcomeLine(entry: JournalEntry): string {
  const who = nameOf(entry);
  const { crmId, rule, linkedBy, matchingIds = [] } = entry;
  switch (entry.outcome) {
    case 'matched':
      return `${who} found as record ${crmId}, by ${rule}${entry.byIndex === undefined ? '' : `, ${indexWords(entry)}`}`;
    case 'not-found':
      return `${who} not found in HubSpot${triedText(entry)}`;
    case 'several':
      return `${who} not ${isSync(entry) ? 'matched' : 'written'}: ${matchingIds.length} ${entry.object} match by ${rule}: ${matchingIds.join(', ')}${entry.byIndex?.includes(rule ?? '') === true ? `; ${indexWords(entry)}` : ''}`;
    case 'created':
      return `${who} created as record ${crmId}${isOnNoTimeline(entry) ? '; it appears on no timeline, because it was sent without contactId and companyId' : ''}`;
    case 'linked':
      return entry.object === 'associations'
        ? `${who} linked`
        : `${who} linked to record ${crmId}: ${sharedWith(linkedBy)}`;
    case 'updated':
      return `${who} updated (record ${crmId}${mergedInto(entry)})`;
    case 'unchanged':
      return `${who} unchanged (record ${crmId}${mergedInto(entry)}): there was nothing to write`;
    case 'failed':
      return `${who} failed: ${problemOf(entry)[0] ?? 'no reason was noted'}`;
  }
}

function problemOf({ problem, request }: JournalEntry): readonly string[] {
  return problem === undefined ? [] : problemLines(problem, request.status < 400);
}

function mergedInto({ survivorId }: JournalEntry): string {
  return survivorId === undefined ? '' : `, which HubSpot has merged into ${survivorId}`;
}

/** `GET (unknown path)`: a path that is none of the contract may hold a person's data, and is not noted. */
export function endpointName({ endpoint }: Pick<JournalEntry['request'], 'endpoint'>): string {
  return endpoint.replace(/ none$/, ' (unknown path)');
}

function isOnNoTimeline({ object, contactId, companyId }: JournalEntry): boolean {
  return (object === 'activities' || object === 'tasks') && contactId === undefined && companyId === undefined;
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

function triedText(entry: JournalEntry): string {
  const { tried } = entry;
  if (tried === undefined) return '';
  return tried.length === 0
    ? ': it has no value that a rule compares'
    : `; rules tried: ${tried.map(ruleName).join(', ')}${indexedText(entry)}`;
}

/** Names the rules that the index answered, unless it answered all. */
function indexedText(entry: JournalEntry): string {
  const { tried = [], byIndex } = entry;
  if (byIndex === undefined) return '';
  return byIndex.length === tried.length
    ? `; ${indexWords(entry)}`
    : `; ${byIndex.map(ruleName).join(', ')} ${indexWords(entry)}`;
}

/** `looked up in the identity index, swept 0.8 s ago`. */
function indexWords({ sweptAgoMs }: JournalEntry): string {
  const swept = sweptAgoMs === undefined ? '' : `, swept ${(sweptAgoMs / 1_000).toFixed(1)} s ago`;
  return `looked up in the identity index${swept}`;
}

function ruleName(name: string): string {
  return name === 'identity' ? "Enginy's id" : name;
}

/** What a create looked for first, and what was looked for before a record failed. */
export function lookedForLines(entry: JournalEntry): readonly string[] {
  const { outcome, tried = [], linkedBy, byIndex } = entry;
  if (outcome === 'failed' && byIndex !== undefined)
    return [`${byIndex.map(ruleName).join(', ')}, ${indexWords(entry)}`];
  if (outcome === 'linked' && linkedBy !== undefined && byIndex !== undefined) {
    return [`${ruleName(linkedBy)}, ${indexWords(entry)}`];
  }
  if (outcome !== 'created' || tried.length === 0) return [];
  return [`${tried.map(ruleName).join(', ')}: no match${indexedText(entry)}`];
}

/** `contact lead-7`. */
function nameOf({ object, outcome, externalId, crmId, contactId, companyId, position }: JournalEntry): string {
  const singular = { contacts: 'contact', companies: 'company', tasks: 'task', activities: 'activity' };
  const place = position === undefined ? '' : ` (entry ${position} of the request)`;
  if (object === 'associations') {
    return `contact ${contactId ?? 'without id'} and company ${companyId ?? 'without id'}${place}`;
  }
  const about = [
    contactId === undefined ? [] : `contact ${contactId}`,
    companyId === undefined ? [] : `company ${companyId}`,
  ].flat();
  // Of a record that was found or written, the line names the record.
  const namesRecord = !['failed', 'several', 'not-found'].includes(outcome);
  const id = externalId ?? (namesRecord ? undefined : crmId);
  return `${singular[object]}${id === undefined ? '' : ` ${id}`}${about.length === 0 ? '' : ` of ${about.join(', ')}`}${place}`;
}

/** What to do about a record that failed. */
export function whyLines(entry: JournalEntry, places: MappingPlaces): readonly string[] {
  const { outcome, object } = entry;
  if (outcome === 'several') {
    const place = places.key(object, ['match', 'if_several']);
    return [`merge the records in HubSpot, or choose with if_several: oldest or newest in ${place}`];
  }
  return problemOf(entry)
    .slice(1)
    .map((line) => line.trim());
}

export function setAsideLines({ object, setAside = [] }: JournalEntry, places: MappingPlaces): readonly string[] {
  if (setAside.length === 0) return [];
  const found = setAside.map(({ id, rule, differs }) => `record ${id}, found by ${rule}: its ${differs} differs`);
  const place = places.key(object, ['match', 'rules']);
  return [
    ...found,
    `  if they are the same, correct ${setAside[0]?.differs} in one of them, or unless_differs in ${place}`,
  ];
}

/** The beginning of an id is enough for every command. Ids of the caller's own form stay whole. */
export function shortId(requestId: string): string {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(requestId) ? requestId.slice(0, 8) : requestId;
}
