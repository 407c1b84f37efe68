import { createHmac } from 'node:crypto';
import type { JournalEntry, JournalReader } from '../../journal/journal.ts';
import { personalKindOf } from './personal-id.ts';

/** Shows ids that are personal data as placeholders: `[email 3fa2b1]`, the same for the same id. Others stay as they are. */
export type IdHider = (id: string) => string;

/** @param secret without it, no one can test whether a placeholder stands for a value. */
export function createIdHider(secret: string): IdHider {
  return (id) => {
    const kind = personalKindOf(id);
    if (kind === undefined) return id;
    const digest = createHmac('sha256', secret).update(`shown id ${id.trim().toLowerCase()}`).digest('hex');
    return `[${kind} ${digest.slice(0, 6)}]`;
  };
}

/** The journal as the console shows it: it is searched by the ids that Enginy sent, and answers with placeholders. */
export function hideIds(journal: JournalReader, hide: IdHider): JournalReader {
  const hidden = (entries: readonly JournalEntry[]) => entries.map((entry) => hideIdsOf(entry, hide));
  return {
    ...journal,
    firstTrouble: async (request) => {
      const entry = await journal.firstTrouble(request);
      return entry === undefined ? undefined : hideIdsOf(entry, hide);
    },
    lifeOf: async (name, limit) => hidden(await journal.lifeOf(name, limit)),
    recordsOf: async (request, limit) => hidden(await journal.recordsOf(request, limit)),
  };
}

/** Problems may quote the id that they are about. */
function hideIdsOf(entry: JournalEntry, hide: IdHider): JournalEntry {
  const ids = [entry.externalId, entry.crmId, entry.contactId, entry.companyId].filter((id) => id !== undefined);
  const personal = ids.filter((id) => hide(id) !== id);
  if (personal.length === 0) return entry;
  const { request, ...own } = entry;
  const replaced = (value: unknown): unknown =>
    typeof value === 'string' ? personal.reduce((text, id) => text.replaceAll(id, hide(id)), value) : value;
  const text = JSON.stringify(own, (_name, value: unknown) => replaced(value));
  // The same members, of which only texts were replaced.
  return { ...(JSON.parse(text) as typeof own), request };
}
