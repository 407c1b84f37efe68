import { unaccounted } from '../../crm/crm-problem.ts';
import type { CrmProblem, CrmProperties } from '../../crm/crm.ts';
import type { Logger } from '../../logger.ts';
import { withoutKept } from '../../mapping/run/held-back.ts';
import { nothingDecided, type WriteDecision } from '../decisions.ts';
import type { RequestScope } from '../request-scope.ts';
import type { Draft } from './write-stripping.ts';

/** The outcome of one record: its id and warnings about what was omitted from it, or why it was not written. */
export type WriteResult = (
  | {
      readonly crmId: string;
      /** What the record holds after the write, as far as it is known. */
      readonly held?: CrmProperties;
    }
  | { readonly problem: CrmProblem }
) & {
  readonly warnings: readonly string[];
  readonly decision: WriteDecision;
};

/** What was decided about a draft: as it was last sent, or would have been. */
export function decisionOf(outcome: WriteDecision['outcome'], draft: Draft): WriteDecision {
  const isWritten = outcome === 'created' || outcome === 'updated' || outcome === 'linked';
  return {
    outcome,
    written: isWritten ? Object.keys(draft.properties) : [],
    heldBack: draft.heldBack,
    createdProperties: draft.createdProperties ?? [],
    ...unusualFieldsOf(draft),
  };
}

/** Email addresses, URLs and phone numbers have characters that names of fields rarely have. */
function unusualFieldsOf({ sources }: Pick<Draft, 'sources'>): Pick<WriteDecision, 'unusualFields'> {
  const unusual = Object.entries(sources).filter(([, field]) => /[@./]|^[\s(+-]*\d/.test(field));
  return unusual.length === 0 ? {} : { unusualFields: Object.fromEntries(unusual) };
}

/** `sources` is absent if the record failed before it was complete. */
type FailedDraft = Pick<Draft, 'warnings' | 'heldBack'> & Partial<Pick<Draft, 'sources'>>;

/** A record of which nothing was written. */
export function failed(problem: CrmProblem, draft?: FailedDraft): WriteResult {
  if (draft === undefined) return { problem, warnings: [], decision: nothingDecided };
  const kept = draft.heldBack.flatMap(({ keptIn = [] }) => keptIn);
  const { warnings, heldBack } = kept.reduce<Pick<Draft, 'warnings' | 'heldBack'>>(withoutKept, draft);
  const reasons = heldBack.filter(({ reason }) => reason !== 'as-it-came');
  const unusual = unusualFieldsOf({ sources: draft.sources ?? {} });
  return { problem, warnings, decision: { ...nothingDecided, heldBack: reasons, ...unusual } };
}

/** If a request has a record twice, one create is noted; this is the result of the other one. */
export function asRepeat(result: WriteResult): WriteResult {
  const { decision } = result;
  if (decision.outcome !== 'created') return result;
  const { tried: _lookedFor, ...rest } = decision;
  return { ...result, decision: { ...rest, outcome: 'linked', linkedBy: 'this request' } };
}

/** The final check that every record of a request ends with a result. A gap is a fault of ours and is logged as an error. */
export function requireResult(
  { log, mapping, context }: RequestScope & { readonly log: Logger },
  result: WriteResult | undefined,
): WriteResult {
  if (result !== undefined) return result;
  log.error({ requestId: context.requestId, object: mapping.object }, 'a record ended without a result');
  return failed(unaccounted('ambiguous').problem);
}
