import type { CrmProblem } from '../crm/crm.ts';
import type { Logger } from '../logger.ts';
import type { RequestScope } from './request-scope.ts';
import { unaccounted } from './unaccounted.ts';

/** The outcome of one record: its id and warnings about what was omitted from it, or why it was not written. */
export type WriteResult =
  | { readonly crmId: string; readonly warnings: readonly string[] }
  | { readonly problem: CrmProblem; readonly warnings: readonly string[] };

/** The final check that every record of a request ends with a result. A gap is a fault of ours and is logged as an error. */
export function requireResult(
  { log, mapping, context }: RequestScope & { readonly log: Logger },
  result: WriteResult | undefined,
): WriteResult {
  if (result !== undefined) return result;
  log.error({ requestId: context.requestId, object: mapping.object }, 'a record ended without a result');
  return { ...unaccounted('ambiguous'), warnings: [] };
}
