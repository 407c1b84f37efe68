import type { JournalEntry } from '../../journal/journal.ts';
import {
  endpointName,
  lookedForLines,
  outcomeLine,
  setAsideLines,
  shortId,
  timeOf,
  whyLines,
} from '../../reasons/entry-words.ts';
import { heldBackLines } from '../../reasons/held-back-words.ts';
import type { MappingPlaces } from '../../reasons/mapping-places.ts';
import { painter } from './painter.ts';

export interface EntryLayout {
  readonly places: MappingPlaces;
  readonly hasColor: boolean;
  /** The capture of the entry's request, where there is one. */
  readonly capture: string | undefined;
  /** False for an entry of another replica, whose captures are on its own disk. */
  readonly isServedHere: boolean;
}

/** Where the text of a section begins. */
export const entryIndent = 13;

/** What happened to one record in one request, for a person. */
export function formatEntry(entry: JournalEntry, layout: EntryLayout): string {
  const { places, hasColor } = layout;
  const { request, written, createdProperties } = entry;
  const paint = painter(hasColor);
  const head = `${timeOf(request.at)}  ${endpointName(request)}  ${paint(colorOf(entry), outcomeLine(entry))}`;
  const sections: [title: string, lines: readonly string[]][] = [
    ['why', whyLines(entry, places)],
    ['looked for', lookedForLines(entry)],
    ['set aside', setAsideLines(entry, places)],
    ['wrote', written.length === 0 ? [] : [written.join(', ')]],
    ['created', createdProperties.length === 0 ? [] : [`custom properties ${createdProperties.join(', ')}`]],
    ['held back', entry.heldBack.flatMap((held) => heldBackLines(held, entry.object, places))],
    ['request', [requestLine(entry, layout)]],
  ];
  const body = sections.flatMap(([title, lines]) =>
    lines.map((line, index) => `  ${(index === 0 ? title : '').padEnd(10)} ${line}\n`),
  );
  return `${paint('bold', head)}\n${body.join('')}`;
}

/** Green; yellow if something was held back; red if the record failed. */
export function colorOf({ outcome, heldBack }: JournalEntry): 'green' | 'yellow' | 'red' {
  if (outcome === 'failed' || outcome === 'several') return 'red';
  return heldBack.length > 0 ? 'yellow' : 'green';
}

function requestLine({ request }: JournalEntry, { places, capture, isServedHere }: EntryLayout): string {
  const { requestId, status, mapping, replica } = request;
  const id = shortId(requestId);
  // Files with errors are not used: a running bridge keeps the last valid version.
  const changed = places.hash === undefined ? ' (the files have errors now: enginy-bridge check)' : ' (changed since)';
  const version = mapping === undefined ? [] : `mapping ${mapping}${mapping === places.hash ? '' : changed}`;
  const where = isServedHere ? '' : ` here (served by replica ${replica})`;
  const look = capture === undefined ? `no capture${where}` : `details: captures show ${capture}`;
  return [`${id}, status ${status}`, version, look].flat().join(', ');
}
