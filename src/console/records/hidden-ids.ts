import type { JournalEntry, JournalReader, JournalRequest, Troubles } from '../../journal/journal.ts';
import { hideNames, hideWords } from './hidden-names.ts';
import type { IdHider } from './id-hider.ts';

/** The journal as the console shows it: it is searched by what Enginy sent, and answers with placeholders. */
export function hideIds(journal: JournalReader, hide: IdHider): JournalReader {
  const shown = (entry: JournalEntry) => hideIdsOf(entry, hide);
  const requests = (found: readonly JournalRequest[]) => found.map((request) => hideReason(request, hide));
  return {
    ...journal,
    firstTrouble: async (request) => {
      const entry = await journal.firstTrouble(request);
      return entry === undefined ? undefined : shown(entry);
    },
    troubles: async (range) => hideTroubles(await journal.troubles(range), hide),
    requests: async (filter) => requests(await journal.requests(filter)),
    requestsOfCause: async (cause, limit) => requests(await journal.requestsOfCause(cause, limit)),
    lifeOf: async (name, limit) => (await journal.lifeOf(name, limit)).map(shown),
    recordsOf: async (request, limit) => (await journal.recordsOf(request, limit)).map(shown),
  };
}

/** Names the offending field of a rejected body. */
function hideReason(request: JournalRequest, hide: IdHider): JournalRequest {
  const { reason } = request;
  return reason === undefined ? request : { ...request, reason: hideWords(reason, hide) };
}

function hideTroubles(troubles: Troubles, hide: IdHider): Troubles {
  return {
    ...troubles,
    ofRecords: troubles.ofRecords.map(({ head, slot }) => ({ head: hideNames(head, hide), slot })),
  };
}

/** Problems may quote the id that they are about. */
function hideIdsOf(entry: JournalEntry, hide: IdHider): JournalEntry {
  const { request, ...named } = entry;
  const own = hideNames(named, hide);
  const ids = [entry.externalId, entry.crmId, entry.contactId, entry.companyId].filter((id) => id !== undefined);
  const personal = ids.filter((id) => hide(id) !== id);
  if (personal.length === 0) return { ...own, request: hideReason(request, hide) };
  const replaced = (value: unknown): unknown =>
    typeof value === 'string' ? personal.reduce((text, id) => text.replaceAll(id, hide(id)), value) : value;
  const text = JSON.stringify(own, (_name, value: unknown) => replaced(value));
  // The same members, of which only texts were replaced.
  return { ...(JSON.parse(text) as typeof own), request: hideReason(request, hide) };
}
