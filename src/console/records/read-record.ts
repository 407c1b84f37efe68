import type { Archive } from '../archive/archive.ts';
import type { RequestPlace } from '../requests/request-path.ts';
import { type EntryView, viewEntry } from './entry-view.ts';

/** Everything that happened to one record, as far as the journal goes back. */
export interface RecordView {
  readonly isJournalOn: boolean;
  /** Newest first. */
  readonly entries: readonly EntryView[];
  /** The record's ids in HubSpot, by object. */
  readonly crmRecords: readonly { readonly object: 'contacts' | 'companies'; readonly crmId: string }[];
  readonly externalIds: readonly string[];
  /** The newest request with this id. */
  readonly request?: RequestPlace;
  /** When the oldest request in the journal arrived, in milliseconds since 1970; undefined for an empty journal. */
  readonly since?: number;
}

const maxEntries = 100;
/** Shorter texts may begin many request ids. */
const minRequestId = 8;

/**
 * Finds a record by Enginy's id, HubSpot's id, an email address, a phone number or a profile; or a request by its id.
 * @param name compared by its digest; it is in no answer.
 */
export async function readRecord(archive: Archive, name: string): Promise<RecordView> {
  const journal = archive.journal();
  const nothing = { isJournalOn: archive.settings.journal !== undefined, entries: [], crmRecords: [], externalIds: [] };
  if (journal === undefined || name === '') return nothing;
  const entries = (await journal.lifeOf(name, maxEntries)).toReversed();
  const places = archive.places();
  const request = entries.length > 0 ? undefined : await findRequest(archive, name);
  const [oldest] = await journal.requests({ after: 0, limit: 1 });
  const own = entries.filter(({ object }) => object === 'contacts' || object === 'companies');
  const crmRecords = own.flatMap(({ object, crmId }) =>
    crmId === undefined || (object !== 'contacts' && object !== 'companies') ? [] : [{ object, crmId }],
  );
  return {
    isJournalOn: true,
    entries: entries.map((entry) => viewEntry(entry, places)),
    crmRecords: [...new Map(crmRecords.map((record) => [`${record.object} ${record.crmId}`, record])).values()],
    externalIds: [...new Set(own.flatMap(({ externalId }) => externalId ?? []))],
    ...(request !== undefined && { request }),
    ...(oldest !== undefined && { since: oldest.at }),
  };
}

async function findRequest(archive: Archive, name: string): Promise<RequestPlace | undefined> {
  if (!/^[A-Za-z0-9._:-]+$/.test(name)) return undefined;
  const lower = name.toLowerCase();
  // Some programs show ids in upper case.
  return (await findById(archive, name)) ?? (lower === name ? undefined : await findById(archive, lower));
}

async function findById(archive: Archive, id: string): Promise<RequestPlace | undefined> {
  const [whole] = (await archive.journal()?.requests({ wholeRequestId: id, limit: 1 })) ?? [];
  if (whole !== undefined) return whole;
  if (id.length < minRequestId) return undefined;
  const found = (await archive.journal()?.requests({ requestId: id, limit: 2 })) ?? [];
  const ids = new Set(found.map(({ requestId }) => requestId));
  return ids.size === 1 ? found.at(-1) : undefined;
}
