import { CrmUnavailableError } from '../../../errors.ts';
import { isObject } from '../../../json.ts';
import type { Crm, CrmProblem, CrmRecord, ObjectType, SearchKey, SearchOutcome } from '../../crm.ts';
import { nextPageOf, type ResultPage, unknownShape } from '../calls/batch-response.ts';
import { fittingPage } from '../calls/fitting-page.ts';
import { maxResults, maxShortPages } from '../calls/page-progress.ts';
import { type HubSpotRecord, readRecordBatch } from '../calls/record-response.ts';
import { problemOfLookup } from '../problems/lookup-problem.ts';
import { CallTally } from '../problems/call-tally.ts';
import { type RefusableLookup, splitLookup } from '../problems/halving.ts';
import { namesUnknownProperty } from '../problems/named-properties.ts';
import type { HubSpotCall } from '../transport/hubspot-call.ts';
import type { Send, Transport } from '../transport/transport.ts';
import { isAboutContent } from '../transport/hubspot-refusal.ts';
import { createReadAllowance, type ReadAllowance } from './read-allowance.ts';
import { packSearchKeys, type SearchBody, searchAfterId } from './pack-search-keys.ts';

/** Searches continued by id end here: what finds more is no search for a record. */
const maxCandidates = 10 * maxResults;

/** The port's search. */
export function searching(transport: Transport): Pick<Crm, 'search'> {
  return {
    // biome-ignore lint/complexity/useMaxParams: the port's signature
    search: (objectType, keys, properties, context) =>
      searchAllPages((call) => transport(call, context), { objectType, keys, properties }),
  };
}

/** What to search for, and the properties to return. */
interface KeySearch {
  readonly objectType: ObjectType;
  readonly keys: readonly SearchKey[];
  readonly properties: readonly string[];
}

/** What all calls of one search share. */
interface SearchScope {
  readonly send: Send;
  readonly objectType: ObjectType;
  readonly allowance: ReadAllowance;
}

/**
 * Searches for all keys in as few calls as HubSpot's limits allow, and reads every result page.
 * Throws only if the token is refused, or if HubSpot is down and answered no search.
 */
async function searchAllPages(send: Send, { objectType, keys, properties }: KeySearch): Promise<SearchOutcome> {
  const candidates = new Map<string, CrmRecord>();
  const byKey = new Map(keys.map((key) => [key.key, key]));
  const packed = packSearchKeys(keys, properties);
  const failed = new Map<string, CrmProblem>(packed.failed);
  const tally = new CallTally();
  const scope: SearchScope = { send, objectType, allowance: createReadAllowance() };

  const run = async (body: SearchBody) => {
    for await (const record of pagesOf(scope, body)) candidates.set(record.id, record);
    tally.addAnswer();
  };
  const lookup: RefusableLookup<SearchKey> = {
    run: async (some) => {
      for (const { body } of packSearchKeys(some, properties).searches) await run(body);
    },
    fail: (some, error) => {
      tally.addError(error);
      for (const { key } of some) failed.set(key, problemOfLookup(error));
    },
    canSplit,
  };

  await Promise.all(
    packed.searches.map(async (search) => {
      try {
        await run(search.body);
      } catch (error) {
        const some = search.keys.map((key) => byKey.get(key)).filter((key) => key !== undefined);
        await splitLookup(lookup, some, error);
      }
    }),
  );
  tally.throwIfNothingDone();
  return { candidates: [...candidates.values()], failed };
}

function canSplit(error: unknown): boolean {
  return error instanceof TooBroadError || (isAboutContent(error) && !namesUnknownProperty(error.body));
}

/** More results than HubSpot returns for one query, and no room in the body for continuing by id. */
class TooBroadError extends CrmUnavailableError {}

async function* pagesOf({ send, objectType, allowance }: SearchScope, body: SearchBody): AsyncGenerator<CrmRecord> {
  let current = body;
  let { limit } = body;
  let count = 0;
  let shortPages = 0;
  let lastId = 0n;
  while (true) {
    allowance.check();
    const { results, after, total } = await fittingPage(limit, (fewer) => {
      limit = fewer;
      return send(searchPage(objectType, { ...current, limit }));
    });
    allowance.count(results);
    yield* results;
    count += results.length;
    const last = results.at(-1);
    // Not by `total`: it also counts records archived meanwhile, which HubSpot omits from `results` (recorded).
    if (after === undefined) return;
    if (count > maxCandidates) throw new TooBroadError('A search finds too many records');
    if (results.length < limit) shortPages += 1;
    if (shortPages > maxShortPages) throw unknownShape('the pages of a search never end');
    // Too many for one query: continues by id instead, from the first page on or, without an id to continue from, from the start.
    const isById = current.sorts !== undefined;
    if (!isById && total > maxResults) current = narrowed(body, '0');
    else if (Number(after) > Number(current.after ?? 0) && Number(after) < maxResults) current = { ...current, after };
    else if (!isById) current = narrowed(body, '0');
    else {
      lastId = laterId(last?.id, lastId);
      current = narrowed(body, String(lastId));
    }
  }
}

/** Throws CrmUnavailableError if the search would not get any further. */
function laterId(id: string | undefined, previous: bigint): bigint {
  const later = id !== undefined && /^\d{1,20}$/.test(id) ? BigInt(id) : previous;
  if (later <= previous) throw unknownShape('a search page has no usable next page');
  return later;
}

function narrowed(body: SearchBody, afterId: string): SearchBody {
  const narrower = searchAfterId(body, afterId);
  if (narrower === undefined) throw new TooBroadError('A search finds more records than HubSpot returns');
  return narrower;
}

interface SearchPage extends ResultPage<HubSpotRecord> {
  /** Results on all pages together. */
  readonly total: number;
}

function searchPage(objectType: ObjectType, body: SearchBody): HubSpotCall<SearchPage> {
  return {
    purpose: `search ${objectType}`,
    lane: 'search',
    repeat: 'always',
    request: ({ records }) => ({ method: 'POST', path: `${records(objectType)}/search`, body }),
    read: (answer) => ({
      results: readRecordBatch(answer).results,
      after: nextPageOf(answer),
      total: isObject(answer) && typeof answer.total === 'number' ? answer.total : 0,
    }),
  };
}
