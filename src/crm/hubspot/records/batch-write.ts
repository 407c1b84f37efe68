/**
 * Writes of up to 100 records in one call, every record accounted for.
 *
 * HubSpot answers such a call in three ways (its error reference and OpenAPI documents): all written; 207 with an entry per failed
 * record, matched by the trace id that each input carries; or refused whole, nothing written. After a refusal the records that it
 * names are taken out and the rest is sent again; where it names none, the offender is found by halves.
 */
import { CrmUnavailableError } from '../../../errors.ts';
import type { CallContext, CrmProblem, WriteOutcome } from '../../crm.ts';
import { type BatchAnswer, type HubSpotRecord, readBatchAnswer, readRecord } from '../calls/answers.ts';
import { problemOfEntry } from '../problems/problems.ts';
import type { HubSpotError } from '../transport/error-body.ts';
import { HubSpotRefusal, isAboutContent, problemOf } from '../transport/errors.ts';
import type { HubSpotCall, Transport } from '../transport/transport.ts';
import { blamedBy, entryOwners } from './blame.ts';
import { matchResults } from './match-results.ts';
import type { WriteInput } from './write-input.ts';

export interface BatchWrite<I extends WriteInput> {
  /** At most 100 inputs. */
  call(inputs: readonly I[]): HubSpotCall;
  /** What a record is after a call that may or may not have been carried out. */
  readonly unsure: 'ambiguous' | 'unavailable';
  /** Asks HubSpot which of the inputs a nameless conflict with an existing record is about; `undefined` where it cannot tell. */
  ownerOfConflict?(existingId: string, inputs: readonly I[], context: CallContext): Promise<I | undefined>;
}

/** What became of a piece of work: one outcome per input, and of the calls behind them which failed and how many were answered. */
export interface Ledger<I> {
  readonly outcomes: Map<I, WriteOutcome>;
  /** Inputs of which a 2xx said nothing. */
  readonly unaccounted: Set<I>;
  readonly errors: unknown[];
  answered: number;
}

export function newLedger<I>(): Ledger<I> {
  return { outcomes: new Map(), unaccounted: new Set(), errors: [], answered: 0 };
}

/** Writes the inputs and enters one outcome per input; never throws for what HubSpot does. */
export async function writeBatch<I extends WriteInput>(
  transport: Transport,
  write: BatchWrite<I>,
  inputs: readonly I[],
  context: CallContext,
  ledger: Ledger<I>,
): Promise<void> {
  let open = inputs;
  while (open.length > 0) {
    const refusal = await send(transport, write, open, context, ledger);
    if (!(refusal instanceof HubSpotRefusal)) return;
    const blamed = await blame(refusal, write, open, context);
    if (blamed.size > 0) {
      for (const [input, problem] of blamed) ledger.outcomes.set(input, { problem });
      open = open.filter((input) => !blamed.has(input));
    } else {
      open = await findOffender(transport, write, open, refusal, context, ledger);
    }
  }
}

/** Sends one call. Answers with the refusal where HubSpot refused it whole; otherwise all its inputs have their outcomes. */
async function send<I extends WriteInput>(
  transport: Transport,
  write: BatchWrite<I>,
  inputs: readonly I[],
  context: CallContext,
  ledger: Ledger<I>,
): Promise<HubSpotRefusal | 'answered' | 'failed'> {
  try {
    const { body } = await transport(write.call(inputs), context);
    ledger.answered += 1;
    settle(write, inputs, readBatchAnswer(body, readRecord), ledger);
    return 'answered';
  } catch (error) {
    if (isAboutContent(error)) {
      ledger.answered += 1;
      return error;
    }
    ledger.errors.push(error);
    const problem = writeProblem(error, write.unsure);
    for (const input of inputs) ledger.outcomes.set(input, { problem });
    return 'failed';
  }
}

function settle<I extends WriteInput>(
  write: BatchWrite<I>,
  inputs: readonly I[],
  answer: BatchAnswer<HubSpotRecord>,
  ledger: Ledger<I>,
): void {
  const failed = new Set<I>();
  const ownerless: HubSpotError[] = [];
  for (const entry of answer.errors) {
    const owners = entryOwners(entry, inputs);
    if (owners.length === 0) ownerless.push(entry);
    for (const input of owners) {
      failed.add(input);
      ledger.outcomes.set(input, { problem: problemOfEntry(entry, write.unsure) });
    }
  }
  const rest = inputs.filter((input) => !failed.has(input));
  const records = matchResults(rest, answer.results);
  const open = rest.filter((input) => !records.has(input));
  for (const [input, record] of records) ledger.outcomes.set(input, { record });
  const [only, entry] = [open[0], ownerless[0]];
  if (open.length === 1 && ownerless.length === 1 && only !== undefined && entry !== undefined) {
    ledger.outcomes.set(only, { problem: problemOfEntry(entry, write.unsure) });
    return;
  }
  for (const input of open) {
    ledger.unaccounted.add(input);
    ledger.outcomes.set(input, { problem: unaccounted(write.unsure) });
  }
}

/** A 2xx that says nothing of a record proves nothing about it: seen as a 2xx with neither results nor errors. */
function unaccounted(unsure: 'ambiguous' | 'unavailable'): CrmProblem {
  return { kind: unsure, message: 'HubSpot’s answer does not account for this record' };
}

function writeProblem(error: unknown, unsure: 'ambiguous' | 'unavailable'): CrmProblem {
  const problem = problemOf(error);
  return problem.kind === 'ambiguous' ? { ...problem, kind: unsure } : problem;
}

/** The inputs that a refusal is about, each with its problem; empty where it does not tell. */
async function blame<I extends WriteInput>(
  refusal: HubSpotRefusal,
  write: BatchWrite<I>,
  inputs: readonly I[],
  context: CallContext,
): Promise<ReadonlyMap<I, CrmProblem>> {
  const problem = problemOfEntry(refusal.body, 'refusal');
  const [only] = inputs;
  if (inputs.length === 1 && only !== undefined) return new Map([[only, problem]]);
  const blamed = blamedBy(refusal.body, inputs);
  if (blamed.size > 0) return blamed;
  if (problem.kind !== 'conflict' || problem.existingId === undefined) return blamed;
  const owner = await ownerOf(write, problem.existingId, inputs, context);
  return owner === undefined ? blamed : new Map([[owner, problem]]);
}

async function ownerOf<I extends WriteInput>(
  write: BatchWrite<I>,
  existingId: string,
  inputs: readonly I[],
  context: CallContext,
): Promise<I | undefined> {
  try {
    return await write.ownerOfConflict?.(existingId, inputs, context);
  } catch (error) {
    // Only a short cut failed: halves will find the offender.
    if (error instanceof CrmUnavailableError || error instanceof HubSpotRefusal) return undefined;
    throw error;
  }
}

/**
 * Finds one offender by halves: a half that passes is written, one that is refused is halved again. What is set aside on the way is
 * returned to be sent together, so that one bad record of 100 costs eight calls more at most.
 */
async function findOffender<I extends WriteInput>(
  transport: Transport,
  write: BatchWrite<I>,
  inputs: readonly I[],
  refusal: HubSpotRefusal,
  context: CallContext,
  ledger: Ledger<I>,
): Promise<readonly I[]> {
  const aside: I[] = [];
  let suspects = inputs;
  let latest = refusal;
  let isProven = true;
  while (suspects.length > 1) {
    const half = suspects.slice(0, Math.ceil(suspects.length / 2));
    const other = suspects.slice(half.length);
    const sent = await send(transport, write, half, context, ledger);
    if (!(sent instanceof HubSpotRefusal)) {
      suspects = other;
      isProven &&= sent === 'answered';
      continue;
    }
    latest = sent;
    aside.push(...other);
    const blamed = blamedBy(sent.body, half);
    if (blamed.size > 0) {
      for (const [input, problem] of blamed) ledger.outcomes.set(input, { problem });
      return [...half.filter((input) => !blamed.has(input)), ...aside];
    }
    suspects = half;
    isProven = true;
  }
  const [suspect] = suspects;
  if (suspect === undefined) return aside;
  // The refused call had this record in it, and all others of that call passed since; if some could not be sent, it is asked itself.
  const verdict = isProven ? latest : await send(transport, write, [suspect], context, ledger);
  if (verdict instanceof HubSpotRefusal) {
    ledger.outcomes.set(suspect, { problem: problemOfEntry(verdict.body, 'refusal') });
  }
  return aside;
}
