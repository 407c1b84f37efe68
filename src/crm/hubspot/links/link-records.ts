import { isObject } from '../../../json.ts';
import type { CallContext, CrmProblem, LinkOutcome, ObjectType, Pair } from '../../crm.ts';
import { idOf, readBatchAnswer } from '../calls/answers.ts';
import { LINKS_PER_WRITE, linkBatch } from '../calls/api.ts';
import { chunksOf } from '../calls/chunks.ts';
import { throwIfNothingDone } from '../problems/outcomes.ts';
import { problemOfEntry } from '../problems/problems.ts';
import { contextValues, type HubSpotError } from '../transport/error-body.ts';
import { type HubSpotRefusal, isAboutContent, repeatableProblemOf } from '../transport/errors.ts';
import type { Transport } from '../transport/transport.ts';

const UNACCOUNTED: CrmProblem = { kind: 'unavailable', message: 'HubSpot’s answer does not account for this link' };

interface Work {
  readonly outcomes: Map<string, LinkOutcome>;
  readonly errors: unknown[];
  answered: number;
}

/** Links with HubSpot's default association, 2,000 pairs a call. Pairs asked twice are sent once: HubSpot refuses doubles. */
export async function linkRecords(
  transport: Transport,
  from: ObjectType,
  to: ObjectType,
  pairs: readonly Pair[],
  context: CallContext,
): Promise<readonly LinkOutcome[]> {
  const work: Work = { outcomes: new Map(), errors: [], answered: 0 };
  const distinct = [...new Map(pairs.map((pair) => [keyOf(pair), pair])).values()];
  const ready = distinct.filter((pair) => {
    const bad = [pair.fromId, pair.toId].find((id) => !/^\d+$/.test(id));
    if (bad !== undefined) work.outcomes.set(keyOf(pair), { problem: noRecord(bad) });
    return bad === undefined;
  });
  await Promise.all(
    chunksOf(ready, LINKS_PER_WRITE).map((chunk) => linkChunk(transport, from, to, chunk, context, work)),
  );
  throwIfNothingDone(work.errors, work.answered);
  return pairs.map((pair) => work.outcomes.get(keyOf(pair)) ?? { problem: UNACCOUNTED });
}

async function linkChunk(
  transport: Transport,
  from: ObjectType,
  to: ObjectType,
  chunk: readonly Pair[],
  context: CallContext,
  work: Work,
): Promise<void> {
  if (chunk.length === 0) return;
  try {
    const { body } = await transport(linkBatch(from, to, chunk), context);
    const { results, errors } = readBatchAnswer(body, readLink);
    work.answered += 1;
    for (const error of errors) {
      for (const [pair, problem] of blamed(error, chunk)) work.outcomes.set(keyOf(pair), { problem });
    }
    // Both directions come back; the one that was asked for is what counts.
    const linked = new Set(results.map(keyOf));
    for (const pair of chunk) if (linked.has(keyOf(pair))) work.outcomes.set(keyOf(pair), 'linked');
  } catch (error) {
    if (isAboutContent(error)) {
      work.answered += 1;
      await afterRefusal(transport, from, to, chunk, error, context, work);
      return;
    }
    work.errors.push(error);
    for (const pair of chunk) work.outcomes.set(keyOf(pair), { problem: repeatableProblemOf(error) });
  }
}

/** Takes out the pairs that the refusal names and sends the rest again; halves where it names none. */
async function afterRefusal(
  transport: Transport,
  from: ObjectType,
  to: ObjectType,
  chunk: readonly Pair[],
  refusal: HubSpotRefusal,
  context: CallContext,
  work: Work,
): Promise<void> {
  const [only] = chunk;
  const named = blamed(refusal.body, chunk);
  if (named.size === 0 && chunk.length === 1 && only !== undefined) named.set(only, linkProblem(refusal.body));
  for (const [pair, problem] of named) work.outcomes.set(keyOf(pair), { problem });
  const rest = chunk.filter((pair) => !named.has(pair));
  const pieces = named.size > 0 ? [rest] : chunksOf(rest, Math.ceil(rest.length / 2));
  await Promise.all(pieces.map((piece) => linkChunk(transport, from, to, piece, context, work)));
}

/** "X is not a valid ID" with `context.id`; "CONTACT=X is not valid" with `context.INVALID_OBJECT_IDS`. */
function blamed(error: HubSpotError, chunk: readonly Pair[]): Map<Pair, CrmProblem> {
  const texts = ['id', 'ids', 'fromObjectId', 'toObjectId', 'INVALID_OBJECT_IDS'].flatMap((key) =>
    contextValues(error, key),
  );
  const inMessages = [error, ...error.errors].map(
    ({ message }) => /\b(\d+) is not a valid id/i.exec(message)?.[1] ?? '',
  );
  const ids = new Set([...texts, ...inMessages].flatMap((text) => text.match(/\d+/g) ?? []));
  const found = new Map<Pair, CrmProblem>();
  for (const pair of chunk) {
    const bad = [pair.fromId, pair.toId].filter((id) => ids.has(id));
    if (bad[0] !== undefined) found.set(pair, linkProblem(error, bad[0]));
  }
  return found;
}

function linkProblem(error: HubSpotError, id?: string): CrmProblem {
  const isUnknown =
    error.subCategory?.endsWith('INVALID_IDENTIFIER') ||
    contextValues(error, 'INVALID_OBJECT_IDS').length > 0 ||
    /not (a )?valid/i.test(error.message);
  if (id !== undefined && (isUnknown || error.category === 'OBJECT_NOT_FOUND')) return noRecord(id);
  return problemOfEntry(error, 'unavailable');
}

function noRecord(id: string): CrmProblem {
  return { kind: 'not-found', message: `HubSpot has no record ${id}` };
}

function readLink(value: unknown): Pair | undefined {
  if (!isObject(value) || !isObject(value.from) || !isObject(value.to)) return undefined;
  const [fromId, toId] = [idOf(value.from.id), idOf(value.to.id)];
  return fromId === undefined || toId === undefined ? undefined : { fromId, toId };
}

function keyOf({ fromId, toId }: Pair): string {
  return `${fromId}>${toId}`;
}
