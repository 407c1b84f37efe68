import { deadlineIn } from '../../crm/deadline.ts';
import { GatewayError } from '../../errors.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import type { RequestScope } from '../request-scope.ts';
import type { MatchDeps } from './find-holders.ts';
import { type MatchOutcome, matchRecords } from './match-records.ts';

/** How long the lookups of an answered request may continue, in milliseconds. */
const maxDurationMs = 10 * 60_000;
/** Requests whose lookups continue at the same time; more would keep the CRM busy with work that no caller waits for. */
const maxRequests = 3;

/** One request's records and what matching found of them. */
export interface AnsweredLookups {
  readonly records: readonly EnginyRecord[];
  /** One per record, in order. */
  readonly outcomes: readonly MatchOutcome[];
}

/**
 * Continues, after the answer, the lookups that a request had no time for. The matches are remembered, so that the same request,
 * sent again, gets further.
 */
export interface LookupFinisher {
  /** Returns at once. */
  finish(request: RequestScope, answered: AnsweredLookups): void;
}

export function createLookupFinisher(deps: MatchDeps): LookupFinisher {
  let running = 0;
  return {
    finish({ mapping, context }, { records, outcomes }) {
      const late = records.filter((_record, index) => isLate(outcomes[index]));
      if (late.length === 0 || running >= maxRequests) return;
      running += 1;
      const facts = { requestId: context.requestId, object: mapping.object, records: late.length };
      deps.log.info(facts, 'continuing lookups after the response');
      const extended = { ...context, urgency: 'bulk', deadline: deadlineIn(maxDurationMs) } as const;
      matchRecords({ ...deps, mapping, context: extended, isAfterAnswer: true }, late)
        .then((found) => {
          const matched = found.filter((outcome) => 'record' in outcome).length;
          deps.log.info({ ...facts, matched }, 'lookups after the response are done');
        })
        .catch((error: unknown) => {
          if (error instanceof GatewayError) deps.log.warn({ ...facts, reason: error.message }, 'lookups ended early');
          else deps.log.error({ ...facts, err: error }, 'lookups after the response failed');
        })
        .finally(() => {
          running -= 1;
        });
    },
  };
}

function isLate(outcome: MatchOutcome | undefined): boolean {
  return outcome !== undefined && 'problem' in outcome && outcome.problem.kind === 'late';
}
