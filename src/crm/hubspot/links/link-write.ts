import type { CrmProblem, LinkOutcome, Pair } from '../../crm.ts';
import { problemOfWrite, unaccounted } from '../../crm-problem.ts';
import type { LinkTypes } from '../calls/link-calls.ts';
import type { BatchResponse } from '../calls/batch-response.ts';
import { CallTally } from '../problems/call-tally.ts';
import { partsAroundOffenders, type CallVerdict } from '../problems/halving.ts';
import type { HubSpotError } from '../transport/error-body.ts';
import type { HubSpotCall } from '../transport/hubspot-call.ts';
import type { Send } from '../transport/transport.ts';
import { type HubSpotRefusal, isAboutContent } from '../transport/hubspot-refusal.ts';
import { idsIn, linkProblem, type NamedRecord, noRecord } from './link-problem.ts';

/** The links of one request: sends batches and keeps one outcome per pair. */
export class LinkWrite<P extends Pair> {
  readonly tally = new CallTally();
  readonly #send: Send;
  readonly #types: LinkTypes;
  readonly #call: (pairs: readonly P[]) => HubSpotCall<BatchResponse<Pair>>;
  readonly #outcomes = new Map<string, LinkOutcome>();

  /** @param call links up to 2,000 distinct pairs. */
  constructor(send: Send, types: LinkTypes, call: (pairs: readonly P[]) => HubSpotCall<BatchResponse<Pair>>) {
    this.#send = send;
    this.#types = types;
    this.#call = call;
  }

  outcomeOf(pair: Pair): LinkOutcome {
    return this.#outcomes.get(pairKey(pair)) ?? unaccounted('unavailable', 'link');
  }

  settle(pair: Pair, outcome: LinkOutcome): void {
    this.#outcomes.set(pairKey(pair), outcome);
  }

  /** The pairs that HubSpot accepts; an id that is not a number belongs to no record. */
  withValidIds<Q extends Pair>(pairs: readonly Q[]): readonly Q[] {
    return pairs.filter((pair) => {
      const bad = this.#ends(pair).find(({ id }) => !/^\d+$/.test(id));
      if (bad !== undefined) this.#fail(pair, noRecord(bad));
      return bad === undefined;
    });
  }

  /** Links up to 2,000 pairs and gives each an outcome. */
  async write(pairs: readonly P[]): Promise<void> {
    const verdicts = new WeakMap<readonly P[], CallVerdict<HubSpotRefusal>>();
    const parts = partsAroundOffenders<P, HubSpotRefusal>(
      {
        verdicts,
        settleNamed: (some, { body }) => this.#settleNamed(some, [body], 'certain'),
        settleOffender: (pair, { body }) => {
          if (this.#settleNamed([pair], [body], 'any').size === 0) this.#fail(pair, linkProblem(body));
        },
      },
      pairs,
    );
    for await (const part of parts) verdicts.set(part, await this.#sendOnce(part));
  }

  async #sendOnce(pairs: readonly P[]): Promise<CallVerdict<HubSpotRefusal>> {
    try {
      const { results, errors } = await this.#send(this.#call(pairs));
      this.tally.addAnswer();
      const named = this.#settleNamed(pairs, errors, 'any');
      // The default association comes back in both directions; only the requested one counts.
      const linked = new Set(results.map(pairKey));
      for (const pair of pairs) if (linked.has(pairKey(pair))) this.settle(pair, 'linked');
      const open = pairs.filter((pair) => !linked.has(pairKey(pair)) && !named.has(pair));
      for (const pair of linkedByMergedId(open, results, new Set(pairs.map(pairKey)))) this.settle(pair, 'linked');
      return 'answered';
    } catch (error) {
      if (isAboutContent(error)) {
        this.tally.addAnswer();
        return error;
      }
      this.tally.addError(error);
      const problem = problemOfWrite(error, 'unavailable');
      for (const pair of pairs) this.#fail(pair, problem);
      return 'failed';
    }
  }

  /**
   * "X is not a valid ID" with `context.id`; "CONTACT=X is not valid" with `context.INVALID_OBJECT_IDS`. The first names no type: an id
   * that the call has on both sides may be missing on one of them only.
   * @param ends which ends count; `certain` are ids on one side.
   */
  #settleNamed(pairs: readonly P[], errors: readonly HubSpotError[], ends: 'any' | 'certain'): ReadonlySet<P> {
    const byId = errorsById(errors);
    const [from, to] = [new Set(pairs.map(({ fromId }) => fromId)), new Set(pairs.map(({ toId }) => toId))];
    const named = new Set<P>();
    for (const pair of pairs) {
      const candidates = this.#ends(pair).filter(({ id }) => byId.has(id));
      const certain = candidates.find(({ id }) => !(from.has(id) && to.has(id)));
      const end = certain ?? (ends === 'any' ? candidates[0] : undefined);
      const about = end === undefined ? [] : (byId.get(end.id) ?? []);
      const found = about.find(({ ids }) => ids.has(pair.fromId) && ids.has(pair.toId)) ?? about[0];
      if (found === undefined) continue;
      this.#fail(pair, linkProblem(found.error, end));
      named.add(pair);
    }
    return named;
  }

  #ends({ fromId, toId }: Pair): readonly NamedRecord[] {
    const { from, to } = this.#types;
    return [
      { id: fromId, objectType: from },
      { id: toId, objectType: to },
    ];
  }

  #fail(pair: Pair, problem: CrmProblem): void {
    this.settle(pair, { problem });
  }
}

/** Errors by the ids that they name. */
function errorsById(errors: readonly HubSpotError[]) {
  const named = errors.flatMap((error) => {
    const ids = idsIn(error);
    return [...ids].map((id) => ({ id, ids, error }));
  });
  return Map.groupBy(named, ({ id }) => id);
}

/** A link to a merged record comes back under the survivor's id: a result that shares one end with one open pair, and with no other. */
function linkedByMergedId<P extends Pair>(
  open: readonly P[],
  results: readonly Pair[],
  sent: ReadonlySet<string>,
): P[] {
  const unclaimed = results.filter(({ fromId, toId }) => {
    return !sent.has(pairKey({ fromId, toId })) && !sent.has(pairKey({ fromId: toId, toId: fromId }));
  });
  const sharesEnd = (pair: Pair, result: Pair) => pair.fromId === result.fromId || pair.toId === result.toId;
  return open.filter((pair) => {
    const [result, ...others] = unclaimed.filter((one) => sharesEnd(pair, one));
    return result !== undefined && others.length === 0 && open.filter((one) => sharesEnd(one, result)).length === 1;
  });
}

/** A pair as a key of maps. */
export function pairKey({ fromId, toId }: Pair): string {
  return `${fromId}>${toId}`;
}
