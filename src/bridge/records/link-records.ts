import type { AssociationsAnswer, AssociationsBody } from '../../contract/associations.ts';
import { idOf } from '../../contract/optional-fields.ts';
import type { CallContext, Crm, CrmProblem } from '../../crm/crm.ts';
import type { Mappings } from '../../mapping/check/file-kinds.ts';
import { describeProblem, errorForAll } from '../problem.ts';
import { linkTypes } from './linked-records.ts';

/**
 * Links contacts with companies. A pair that is linked already counts as created, so a repeated request gets the same answer; a
 * pair that is sent twice counts once.
 * @throws GatewayError when nothing could be done and all of it may be sent again.
 */
export async function linkRecords(
  deps: { readonly crm: Crm },
  mappings: Mappings,
  associations: AssociationsBody['associations'],
  context: CallContext,
): Promise<AssociationsAnswer> {
  const pairs = new Map(
    associations.map(({ contactCRMId, companyCRMId }) => {
      const pair = { fromId: idOf(contactCRMId) ?? '', toId: idOf(companyCRMId) ?? '' };
      return [JSON.stringify(pair), pair] as const;
    }),
  );
  const distinct = [...pairs.values()];
  if (distinct.length === 0) return { success: true, created: 0 };
  const { contact, company } = linkTypes(mappings);
  const outcomes = await deps.crm.link(contact.objectType, company.objectType, distinct, context);
  const problems: CrmProblem[] = [];
  const errors = distinct.flatMap(({ fromId, toId }, index) => {
    const outcome = outcomes[index] ?? { problem: unanswered };
    if (outcome === 'linked') return [];
    problems.push(outcome.problem);
    return [{ contactCRMId: fromId, companyCRMId: toId, error: describeProblem(outcome.problem) }];
  });
  const created = distinct.length - errors.length;
  const failure = created === 0 ? errorForAll(problems) : undefined;
  if (failure !== undefined) throw failure;
  return { success: created > 0, created, ...(errors.length === 0 ? {} : { errors }) };
}

const unanswered: CrmProblem = { kind: 'unavailable', message: 'the answer left this pair out' };
