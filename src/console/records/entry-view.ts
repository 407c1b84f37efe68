import type { JournalEntry } from '../../journal/journal.ts';
import { lookedForLines, outcomeLine, setAsideLines, whyLines } from '../../reasons/entry-words.ts';
import { heldBackLines } from '../../reasons/held-back-words.ts';
import type { MappingPlaces } from '../../reasons/mapping-places.ts';

/** What happened to one record in one request, in the words of `lead`. Names and ids, never values. */
export interface EntryView {
  readonly requestId: string;
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly endpoint: string;
  readonly object: JournalEntry['object'];
  readonly externalId?: string;
  readonly crmId?: string;
  readonly outcome: JournalEntry['outcome'];
  readonly status: 'good' | 'warning' | 'bad';
  readonly summary: string;
  /** What to do about a record that failed. */
  readonly advice: readonly string[];
  /** What was looked for, and what was set aside. */
  readonly search: readonly string[];
  readonly written: readonly string[];
  readonly created: readonly string[];
  readonly heldBack: readonly HeldBackView[];
}

export interface HeldBackView {
  /** `phone → phone: HubSpot already has a value …`. */
  readonly why: string;
  readonly remedy?: string;
}

export function viewEntry(entry: JournalEntry, places: MappingPlaces): EntryView {
  const { request, object, externalId, crmId, outcome, written, createdProperties } = entry;
  return {
    requestId: request.requestId,
    position: request.position,
    at: request.at,
    endpoint: request.endpoint,
    object,
    ...(externalId !== undefined && { externalId }),
    ...(crmId !== undefined && { crmId }),
    outcome,
    status: statusOf(entry),
    summary: outcomeLine(entry),
    advice: whyLines(entry, places),
    search: [...lookedForLines(entry), ...setAsideLines(entry, places).map((line) => line.trim())],
    written,
    created: createdProperties,
    heldBack: entry.heldBack.map((held) => viewHeldBack(heldBackLines(held, object, places))),
  };
}

export function viewHeldBack([why = '', remedy]: readonly string[]): HeldBackView {
  return { why, ...(remedy !== undefined && { remedy: remedy.trim() }) };
}

function statusOf({ outcome, heldBack }: JournalEntry): EntryView['status'] {
  if (outcome === 'failed' || outcome === 'several') return 'bad';
  return heldBack.length > 0 ? 'warning' : 'good';
}
