/**
 * What a call that writes up to 100 records means for each of them. The operations send the call: create-in-batches.ts, update-in-batches.ts.
 *
 * HubSpot answers such a call in three ways (its error reference and OpenAPI documents): all written; 207 with an entry per failed
 * record, matched by the trace id that each input carries; or refused whole, nothing written. After a refusal the records that it
 * names are dropped and the rest is sent again; where it names none, the offender is found by halves.
 */
import { CrmUnavailableError } from '../../../errors.ts';
import type { CrmProblem, WriteOutcome } from '../../crm.ts';
import { problemOfWrite, unaccounted, type Unsure } from '../../crm-problem.ts';
import type { BatchResponse } from '../calls/batch-response.ts';
import type { HubSpotRecord } from '../calls/record-response.ts';
import { CallTally } from '../problems/call-tally.ts';
import { problemOfEntry } from '../problems/entry-problem.ts';
import { partsAroundOffenders, type CallVerdict } from '../problems/halving.ts';
import type { HubSpotError } from '../transport/error-body.ts';
import { HubSpotRefusal, isAboutContent } from '../transport/hubspot-refusal.ts';
import type { BatchInput } from './batch-input.ts';
import { blamedBy, entryOwners } from './blame.ts';
import { matchResults } from './match-results.ts';

export interface BatchKind<I extends BatchInput> {
  /** What a record is after a call that may or may not have been carried out. */
  readonly unsure: Unsure;
  /** True if only the ids of written records are kept: the properties that HubSpot returns take more memory than all that was sent. */
  readonly keepsIdsOnly?: boolean;
  /** Asks HubSpot which input conflicts with an existing record; `undefined` if that cannot be decided. */
  ownerOfConflict?(existingId: string, inputs: readonly I[]): Promise<I | undefined>;
}

/** The writes of one request: keeps one outcome per input. */
export class BatchWrite<I extends BatchInput> {
  readonly outcomes = new Map<I, WriteOutcome>();
  /** Inputs that a 2xx response did not mention. */
  readonly unmentioned = new Set<I>();
  readonly #kind: BatchKind<I>;
  readonly #verdicts = new WeakMap<readonly I[], CallVerdict<HubSpotRefusal>>();
  readonly #tally = new CallTally();

  constructor(kind: BatchKind<I>) {
    this.#kind = kind;
  }

  /** What to send of up to 100 inputs: all of them and, after a refusal, parts. Each is settled before the next one is asked for. */
  parts(inputs: readonly I[]): AsyncGenerator<readonly I[], void, void> {
    return partsAroundOffenders<I, HubSpotRefusal>(
      {
        verdicts: this.#verdicts,
        settleNamed: (some, refusal) => this.#settleNamed(some, refusal),
        settleAsked: (some, refusal) => this.#settleOwner(some, refusal),
        settleOffender: (input, { body }) => this.#fail([input], problemOfEntry(body, 'refusal')),
      },
      inputs,
    );
  }

  /** Gives the inputs of a part that was sent their outcomes, or keeps the refusal of all of them; never throws because of HubSpot. */
  async settle(part: readonly I[], sent: Promise<BatchResponse<HubSpotRecord>>): Promise<void> {
    this.#verdicts.set(part, await this.#verdictOn(part, sent));
  }

  /** Throws if HubSpot refused the bridge itself or was unavailable throughout, and certainly nothing was written. */
  throwIfNothingWritten(): void {
    this.#tally.throwIfNothingWritten();
  }

  /** The outcomes in the order of the inputs. A missing one is a bug of ours and says so. */
  inOrder(inputs: readonly I[]): readonly WriteOutcome[] {
    return inputs.map((input) => this.outcomes.get(input) ?? unaccounted(this.#kind.unsure));
  }

  async #verdictOn(
    inputs: readonly I[],
    sent: Promise<BatchResponse<HubSpotRecord>>,
  ): Promise<CallVerdict<HubSpotRefusal>> {
    try {
      const response = await sent;
      this.#tally.addAnswer();
      this.#settleAnswered(inputs, response);
      return 'answered';
    } catch (error) {
      if (isAboutContent(error)) {
        this.#tally.addAnswer();
        return error;
      }
      this.#tally.addError(error);
      this.#fail(inputs, problemOfWrite(error, this.#kind.unsure));
      return 'failed';
    }
  }

  #settleAnswered(inputs: readonly I[], response: BatchResponse<HubSpotRecord>): void {
    const { unsure } = this.#kind;
    const failed = new Set<I>();
    const ownerless: HubSpotError[] = [];
    for (const entry of response.errors) {
      const owners = entryOwners(entry, inputs);
      if (owners.length === 0) ownerless.push(entry);
      for (const input of owners) failed.add(input);
      this.#fail(owners, problemOfEntry(entry, unsure));
    }
    const rest = inputs.filter((input) => !failed.has(input));
    const records = matchResults(rest, response.results);
    for (const [input, record] of records) this.outcomes.set(input, { record: this.#kept(record) });
    const open = rest.filter((input) => !records.has(input));
    const [entry] = ownerless;
    if (open.length === 1 && ownerless.length === 1 && entry !== undefined) {
      this.#fail(open, problemOfEntry(entry, unsure));
      return;
    }
    for (const input of open) this.unmentioned.add(input);
    this.#fail(open, unaccounted(unsure).problem);
  }

  #kept(record: HubSpotRecord): HubSpotRecord {
    return this.#kind.keepsIdsOnly === true ? { id: record.id, properties: {} } : record;
  }

  /** Gives the inputs that a refusal names their problem. */
  #settleNamed(inputs: readonly I[], refusal: HubSpotRefusal): ReadonlySet<I> {
    const blamed = blamedBy(refusal.body, inputs);
    for (const [input, problem] of blamed) this.outcomes.set(input, { problem });
    return new Set(blamed.keys());
  }

  /** Gives the input that conflicts with an existing record its problem, where the refusal names only that record. */
  async #settleOwner(inputs: readonly I[], refusal: HubSpotRefusal): Promise<ReadonlySet<I>> {
    const problem = problemOfEntry(refusal.body, 'refusal');
    if (problem.kind !== 'conflict' || problem.existingId === undefined) return new Set();
    const owner = await this.#ownerOf(problem.existingId, inputs);
    if (owner === undefined) return new Set();
    this.#fail([owner], problem);
    return new Set([owner]);
  }

  async #ownerOf(existingId: string, inputs: readonly I[]): Promise<I | undefined> {
    try {
      return await this.#kind.ownerOfConflict?.(existingId, inputs);
    } catch (error) {
      // Only a shortcut failed: halving will find the offender.
      if (error instanceof CrmUnavailableError || error instanceof HubSpotRefusal) return undefined;
      throw error;
    }
  }

  #fail(inputs: readonly I[], problem: CrmProblem): void {
    for (const input of inputs) this.outcomes.set(input, { problem });
  }
}
