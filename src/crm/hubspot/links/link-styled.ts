import type { CrmProblem, LinkStyle, Pair, StyledLinks } from '../../crm.ts';
import { problemOfError, unaccounted } from '../../crm-problem.ts';
import { chunksOf } from '../../../chunks.ts';
import { readFittingParts } from '../calls/fitting-parts.ts';
import { defaultAssociationType, primaryAssociationType } from '../calls/default-associations.ts';
import { type LinkReadInput, type LinkTypes, maxIdsPerLinkRead, maxPairsPerWrite } from '../calls/link-calls.ts';
import { type AssociationType, readTypedLinkBatch, type TypedPair, typedLinkBatch } from '../calls/typed-link-calls.ts';
import { PageProgress } from '../calls/page-progress.ts';
import { problemOfEntry } from '../problems/entry-problem.ts';
import { contextValues } from '../transport/error-body.ts';
import type { Send } from '../transport/transport.ts';
import { pairKey, LinkWrite } from './link-write.ts';
import { unlinkRecords } from './unlink-records.ts';

/** What to link, and the custom labels by type. */
export interface StyledLinkRequest {
  readonly types: LinkTypes;
  readonly pairs: readonly Pair[];
  readonly as: LinkStyle['as'];
  readonly labels: readonly AssociationType[];
}

/**
 * Links as primary, with labels, or both. HubSpot drops the labels of a pair that a call does not name: what the pair has already is
 * read first and sent along. Of several pairs of one record, the last one becomes primary, as if they came one after the other.
 */
export async function linkStyled(send: Send, request: StyledLinkRequest): Promise<Omit<StyledLinks, 'unknownLabels'>> {
  const { types, as } = request;
  const links = new LinkWrite<TypedPair>(send, types, (some) => typedLinkBatch(types, some));
  const distinct = links.withValidIds([...new Map(request.pairs.map((pair) => [pairKey(pair), pair])).values()]);
  const held = await readHeld(send, types, distinct);
  const primaries = new Map(distinct.map((pair) => [pair.fromId, pair]));
  const open: TypedPair[] = [];
  for (const pair of distinct) {
    const before = held.get(pair.fromId);
    if (before === undefined || 'problem' in before) {
      links.settle(pair, before ?? unaccounted('unavailable', 'link'));
      continue;
    }
    const isPrimary = as !== 'additional' && primaries.get(pair.fromId) === pair;
    const typed = { ...pair, types: typesFor(request, before.links.get(pair.toId) ?? [], isPrimary) };
    if (hasAll(before.links.get(pair.toId) ?? [], typed.types)) {
      links.settle(pair, 'linked');
      links.tally.addAnswer();
    } else open.push(typed);
  }
  await Promise.all(chunksOf(open, maxPairsPerWrite).map((chunk) => links.write(chunk)));
  const removed = as === 'only_primary' ? await removeOthers(send, { types, links, distinct, held }) : [];
  if (distinct.length > 0 && open.length > 0) links.tally.throwIfNothingDone();
  return { outcomes: request.pairs.map((pair) => links.outcomeOf(pair)), removed };
}

function typesFor(
  { types: { from, to }, as, labels }: StyledLinkRequest,
  before: readonly AssociationType[],
  isPrimary: boolean,
): readonly AssociationType[] {
  const [plain, primary] = [defaultAssociationType(from, to), primaryAssociationType(from, to)];
  const own = (typeId: number | undefined): AssociationType[] =>
    typeId === undefined ? [] : [{ category: 'HUBSPOT_DEFINED', typeId }];
  // Another pair of this request becomes primary: this one is not to claim it back.
  const kept = as === 'additional' || isPrimary ? before : before.filter(({ typeId }) => typeId !== primary);
  const all = [...own(plain), ...(isPrimary ? own(primary) : []), ...labels, ...kept];
  return [
    ...new Map(all.map(({ category, typeId }) => [typeKey({ category, typeId }), { category, typeId }])).values(),
  ];
}

function typeKey({ category, typeId }: AssociationType): string {
  return `${category} ${typeId}`;
}

function hasAll(before: readonly AssociationType[], wanted: readonly AssociationType[]): boolean {
  const held = new Set(before.map(typeKey));
  return held.size === wanted.length && wanted.every((type) => held.has(typeKey(type)));
}

/** The links of one record by the other's id, or why they are not known. */
type Held = { readonly links: ReadonlyMap<string, readonly AssociationType[]> } | { readonly problem: CrmProblem };

interface Removal {
  readonly types: LinkTypes;
  readonly links: LinkWrite<TypedPair>;
  readonly distinct: readonly Pair[];
  readonly held: ReadonlyMap<string, Held>;
}

/**
 * Removes the links to records that this request does not name. The links are read again first: the one that is now primary stays,
 * whatever its id, because a merged id links the surviving record.
 */
async function removeOthers(send: Send, { types, links, distinct, held }: Removal): Promise<readonly Pair[]> {
  const named = Map.groupBy(distinct, ({ fromId }) => fromId);
  const withOthers = [...named].filter(([fromId, pairs]) => {
    const before = held.get(fromId);
    const isLinked = pairs.every((pair) => links.outcomeOf(pair) === 'linked');
    return isLinked && before !== undefined && 'links' in before && othersIn(before.links, pairs).length > 0;
  });
  const now = await readHeld(
    send,
    types,
    withOthers.flatMap(([, pairs]) => pairs),
  );
  const primary = primaryAssociationType(types.from, types.to);
  const others = withOthers.flatMap(([fromId, pairs]): Pair[] => {
    const after = now.get(fromId);
    if (after === undefined || 'problem' in after) {
      for (const pair of pairs) links.settle(pair, after ?? unaccounted('unavailable', 'link'));
      return [];
    }
    const hasPrimary = [...after.links.values()].some((each) => each.some(({ typeId }) => typeId === primary));
    if (!hasPrimary) return [];
    return othersIn(after.links, pairs)
      .filter((toId) => !after.links.get(toId)?.some(({ typeId }) => typeId === primary))
      .map((toId) => ({ fromId, toId }));
  });
  const outcomes = await unlinkRecords(send, types, others);
  return others.filter((pair, index) => {
    const outcome = outcomes[index];
    if (outcome === 'unlinked') return true;
    const problem = outcome?.problem ?? unaccounted('unavailable', 'link').problem;
    for (const one of named.get(pair.fromId) ?? []) links.settle(one, { problem });
    return false;
  });
}

function othersIn(links: ReadonlyMap<string, unknown>, pairs: readonly Pair[]): string[] {
  return [...links.keys()].filter((toId) => !pairs.some((pair) => pair.toId === toId));
}

/** Reads the links of the first records of the pairs, 1,000 per call, to the last page. */
async function readHeld(send: Send, types: LinkTypes, pairs: readonly Pair[]): Promise<Map<string, Held>> {
  const held = new Map<string, Held>();
  const ids = [...new Set(pairs.map(({ fromId }) => fromId))];
  await Promise.all(
    chunksOf(ids, maxIdsPerLinkRead).map(async (chunk) => {
      const fail = (some: readonly string[], error: unknown) => {
        for (const id of some) held.set(id, { problem: problemOfError(error, 'unavailable') });
      };
      try {
        await readFittingParts(chunk, {
          read: async (part) => {
            let open: readonly LinkReadInput[] = part.map((id) => ({ id }));
            const progress = new Map(part.map((id) => [id, new PageProgress()]));
            while (open.length > 0)
              open = settlePage(open, await send(readTypedLinkBatch(types, open)), { held, progress });
          },
          fail: (id, error) => fail([id], error),
        });
      } catch (error) {
        fail(chunk, error);
      }
    }),
  );
  return held;
}

type TypedPage = Awaited<ReturnType<ReturnType<typeof readTypedLinkBatch>['read']>>;

/** Keeps what one response says; returns the records whose links have another page. */
function settlePage(
  inputs: readonly LinkReadInput[],
  { results, errors }: TypedPage,
  { held, progress }: { readonly held: Map<string, Held>; readonly progress: ReadonlyMap<string, PageProgress> },
): LinkReadInput[] {
  const next: LinkReadInput[] = [];
  const open = new Set(inputs.map(({ id }) => id));
  for (const { fromId, to, after } of results) {
    if (!open.delete(fromId)) continue;
    const before = held.get(fromId);
    const known = before !== undefined && 'links' in before ? before.links : [];
    held.set(fromId, { links: new Map([...known, ...to.map(({ id, types }) => [id, types] as const)]) });
    progress.get(fromId)?.next(after, to.length);
    if (after !== undefined) next.push({ id: fromId, after });
  }
  for (const error of errors) {
    const isNone = error.subCategory?.endsWith('NO_ASSOCIATIONS_FOUND') === true;
    for (const id of contextValues(error, 'fromObjectId')) {
      if (open.delete(id))
        held.set(id, isNone ? { links: new Map() } : { problem: problemOfEntry(error, 'unavailable') });
    }
  }
  for (const id of open) held.set(id, unaccounted('unavailable', 'link'));
  return next;
}
