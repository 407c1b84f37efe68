import type { CrmProblem, LinkOutcome, Pair } from '../../crm.ts';
import { chunksOf } from '../calls/chunks.ts';
import { type LinkTypes, linkBatch, MAX_PAIRS_PER_WRITE } from '../calls/link-calls.ts';
import { problemOfCall, unaccounted } from '../problems/call-problem.ts';
import { CallTally } from '../problems/call-tally.ts';
import { problemOfEntry } from '../problems/entry-problem.ts';
import { sendAroundOffenders } from '../problems/halving.ts';
import { contextValues, type HubSpotError } from '../transport/error-body.ts';
import type { Send } from '../transport/hubspot-call.ts';
import { type HubSpotRefusal, isAboutContent } from '../transport/hubspot-refusal.ts';

/** Links with HubSpot's default association, 2,000 pairs per call. Repeated pairs are sent once: HubSpot refuses duplicates. */
export async function linkRecords(
  send: Send,
  types: LinkTypes,
  pairs: readonly Pair[],
): Promise<readonly LinkOutcome[]> {
  const links = new LinkWrite(send, types);
  const distinct = [...new Map(pairs.map((pair) => [keyOf(pair), pair])).values()];
  await Promise.all(chunksOf(links.withValidIds(distinct), MAX_PAIRS_PER_WRITE).map((chunk) => links.write(chunk)));
  links.tally.throwIfNothingDone();
  return pairs.map((pair) => links.outcomeOf(pair));
}

/** The links of one request: sends batches and keeps one outcome per pair. */
class LinkWrite {
  readonly tally = new CallTally();
  readonly #send: Send;
  readonly #types: LinkTypes;
  readonly #outcomes = new Map<string, LinkOutcome>();

  constructor(send: Send, types: LinkTypes) {
    this.#send = send;
    this.#types = types;
  }

  outcomeOf(pair: Pair): LinkOutcome {
    return this.#outcomes.get(keyOf(pair)) ?? { problem: unaccounted('unavailable', 'link') };
  }

  /** The pairs that HubSpot accepts; an id that is not a number belongs to no record. */
  withValidIds(pairs: readonly Pair[]): readonly Pair[] {
    return pairs.filter((pair) => {
      const bad = [pair.fromId, pair.toId].find((id) => !/^\d+$/.test(id));
      if (bad !== undefined) this.#fail(pair, noRecord(bad));
      return bad === undefined;
    });
  }

  /** Links up to 2,000 pairs and gives each an outcome. */
  write(pairs: readonly Pair[]): Promise<void> {
    return sendAroundOffenders<Pair, HubSpotRefusal>(
      {
        send: (some) => this.#sendOnce(some),
        settleNamed: (some, { body }) => this.#settleNamed(some, body),
        settleOffender: (pair, { body }) => {
          if (this.#settleNamed([pair], body).size === 0) this.#fail(pair, linkProblem(body));
        },
      },
      pairs,
    );
  }

  async #sendOnce(pairs: readonly Pair[]): Promise<HubSpotRefusal | 'answered' | 'failed'> {
    try {
      const { results, errors } = await this.#send(linkBatch(this.#types, pairs));
      this.tally.addAnswer();
      for (const error of errors) this.#settleNamed(pairs, error);
      // Both directions come back; only the requested one counts.
      const linked = new Set(results.map(keyOf));
      for (const pair of pairs) if (linked.has(keyOf(pair))) this.#outcomes.set(keyOf(pair), 'linked');
      return 'answered';
    } catch (error) {
      if (isAboutContent(error)) {
        this.tally.addAnswer();
        return error;
      }
      this.tally.addError(error);
      const problem = problemOfCall(error);
      for (const pair of pairs) this.#fail(pair, problem);
      return 'failed';
    }
  }

  /** "X is not a valid ID" with `context.id`; "CONTACT=X is not valid" with `context.INVALID_OBJECT_IDS`. */
  #settleNamed(pairs: readonly Pair[], error: HubSpotError): ReadonlySet<Pair> {
    const ids = idsIn(error);
    const named = pairs.filter(({ fromId, toId }) => ids.has(fromId) || ids.has(toId));
    for (const pair of named) this.#fail(pair, linkProblem(error, ids.has(pair.fromId) ? pair.fromId : pair.toId));
    return new Set(named);
  }

  #fail(pair: Pair, problem: CrmProblem): void {
    this.#outcomes.set(keyOf(pair), { problem });
  }
}

function idsIn(error: HubSpotError): ReadonlySet<string> {
  const texts = ['id', 'ids', 'fromObjectId', 'toObjectId', 'INVALID_OBJECT_IDS'].flatMap((key) =>
    contextValues(error, key),
  );
  const inMessages = [error, ...error.errors].map(
    ({ message }) => /\b(\d+) is not a valid id/i.exec(message)?.[1] ?? '',
  );
  return new Set([...texts, ...inMessages].flatMap((text) => text.match(/\d+/g) ?? []));
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

function keyOf({ fromId, toId }: Pair): string {
  return `${fromId}>${toId}`;
}
