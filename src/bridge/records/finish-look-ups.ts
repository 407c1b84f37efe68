import type { CallContext } from '../../crm/crm.ts';
import { deadlineIn } from '../../crm/deadline.ts';
import { GatewayError } from '../../errors.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import { type MatchDeps, type MatchOutcome, matchRecords } from './match-records.ts';

/** How long look-ups of an answered request may go on, in milliseconds. */
const longestMs = 10 * 60_000;
/** Requests whose look-ups go on at once; more would only keep the CRM busy with questions that nobody waits for. */
const mostAtOnce = 3;

/**
 * Goes on looking up what a request could not reach in its time, after its answer: the matches are remembered, so that the same
 * request, sent again, gets further.
 */
export interface LookUpFinisher {
  /** Returns at once. */
  finish(
    mapping: Mapping,
    records: readonly EnginyRecord[],
    outcomes: readonly MatchOutcome[],
    context: CallContext,
  ): void;
}

export function createLookUpFinisher(deps: MatchDeps): LookUpFinisher {
  let running = 0;
  return {
    finish(mapping, records, outcomes, context) {
      const late = records.filter((_record, index) => isLate(outcomes[index]));
      if (late.length === 0 || running >= mostAtOnce) return;
      running += 1;
      const facts = { requestId: context.requestId, object: mapping.object, records: late.length };
      deps.log.info(facts, 'look-ups go on after the answer');
      matchRecords(deps, mapping, late, { ...context, urgency: 'bulk', deadline: deadlineIn(longestMs) })
        .then((found) => {
          const matched = found.filter((outcome) => outcome !== 'no match' && 'record' in outcome).length;
          deps.log.info({ ...facts, matched }, 'look-ups after the answer are done');
        })
        .catch((error: unknown) => {
          if (error instanceof GatewayError) deps.log.warn({ ...facts, reason: error.message }, 'look-ups ended early');
          else deps.log.error({ ...facts, err: error }, 'look-ups after the answer failed');
        })
        .finally(() => {
          running -= 1;
        });
    },
  };
}

function isLate(outcome: MatchOutcome | undefined): boolean {
  return outcome !== undefined && outcome !== 'no match' && 'problem' in outcome && outcome.problem.kind === 'late';
}
