import { CrmUnavailableError } from '../../../errors.ts';
import { isObject } from '../../../json.ts';
import type { CallContext, CrmProblem, CrmRecord, ObjectType, SearchKey, SearchOutcome } from '../../crm.ts';
import { nextPageOf, readBatchAnswer, readRecord, unknownShape } from '../calls/answers.ts';
import { type SearchBody, searchRecords as searchCall } from '../calls/api.ts';
import { lookupProblem, throwIfNothingDone } from '../problems/outcomes.ts';
import { namesUnknownProperty } from '../problems/problems.ts';
import { splitLookup } from '../problems/split-lookup.ts';
import { isAboutContent } from '../transport/errors.ts';
import type { Transport } from '../transport/transport.ts';
import { packSearchKeys, searchAfterId } from './search.ts';

/** HubSpot refuses to page past this many results of one query (its search guide). */
const MOST_RESULTS = 10_000;

/**
 * Searches for all search keys in as few calls as HubSpot's limits allow, each read to its last page.
 * Throws only where the token is refused, or where HubSpot is down and not one search was answered.
 */
export async function searchRecords(
  transport: Transport,
  objectType: ObjectType,
  searchKeys: readonly SearchKey[],
  properties: readonly string[],
  context: CallContext,
): Promise<SearchOutcome> {
  const candidates = new Map<string, CrmRecord>();
  const byKey = new Map(searchKeys.map((searchKey) => [searchKey.key, searchKey]));
  const packed = packSearchKeys(searchKeys, properties);
  const failed = new Map<string, CrmProblem>(packed.failed);
  const errors: unknown[] = [];
  let answered = 0;

  const run = async (body: SearchBody) => {
    for await (const record of pagesOf(transport, objectType, body, context)) candidates.set(record.id, record);
    answered += 1;
  };
  const runSearchKeys = async (some: readonly SearchKey[]) => {
    for (const { body } of packSearchKeys(some, properties).searches) await run(body);
  };
  const fail = (some: readonly SearchKey[], error: unknown) => {
    errors.push(error);
    for (const { key } of some) failed.set(key, lookupProblem(error));
  };

  await Promise.all(
    packed.searches.map(async ({ keys, body }) => {
      try {
        await run(body);
      } catch (error) {
        const some = keys.map((key) => byKey.get(key)).filter((searchKey) => searchKey !== undefined);
        await splitLookup(some, error, runSearchKeys, fail, canSplit);
      }
    }),
  );
  throwIfNothingDone(errors, answered);
  return { candidates: [...candidates.values()], failed };
}

function canSplit(error: unknown): boolean {
  return error instanceof TooBroadError || (isAboutContent(error) && !namesUnknownProperty(error.body));
}

/** More results than HubSpot pages through, and no room in the body for going on by id. */
class TooBroadError extends CrmUnavailableError {}

async function* pagesOf(
  transport: Transport,
  objectType: ObjectType,
  body: SearchBody,
  context: CallContext,
): AsyncGenerator<CrmRecord> {
  let current = body;
  while (true) {
    const { body: answer } = await transport(searchCall(objectType, current), context);
    const { results } = readBatchAnswer(answer, readRecord);
    yield* results;
    const after = nextPageOf(answer);
    const last = results.at(-1);
    if (after === undefined || last === undefined) {
      const isCutShort = current.after === undefined && results.length < totalOf(answer);
      if (isCutShort || after !== undefined) throw unknownShape('a search ended before its last result');
      return;
    }
    // Too many for pages of one query: from the first page on by id instead, beginning anew where there is no id to go on from.
    const isById = current.sorts !== undefined;
    if (!isById && totalOf(answer) > MOST_RESULTS) current = narrowed(body, '0');
    else if (Number(after) < MOST_RESULTS) current = { ...current, after };
    else current = narrowed(body, isById ? last.id : '0');
  }
}

function narrowed(body: SearchBody, afterId: string): SearchBody {
  const narrower = searchAfterId(body, afterId);
  if (narrower === undefined) throw new TooBroadError('A search finds more records than HubSpot lists');
  return narrower;
}

function totalOf(answer: unknown): number {
  return isObject(answer) && typeof answer.total === 'number' ? answer.total : 0;
}
