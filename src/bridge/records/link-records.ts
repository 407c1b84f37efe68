import type { AssociationsAnswer, AssociationsBody } from '../../contract/associations.ts';
import { idOf } from '../../contract/optional-fields.ts';
import type { CrmProblem } from '../../crm/crm.ts';
import { describeProblem, errorForAll } from '../problem.ts';
import { unaccounted } from '../unaccounted.ts';
import { type LinkScope, linkTypes } from './linked-records.ts';

/**
 * Links contacts with companies. A pair that is already linked counts as created, so a repeated request gets the same answer. A
 * pair that is sent twice counts once.
 * @throws GatewayError when nothing was done and the caller may send the whole request again.
 */
export async function linkRecords(
  { crm, mappings, context }: LinkScope,
  associations: AssociationsBody['associations'],
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
  const outcomes = await crm.link(contact.objectType, company.objectType, distinct, context);
  const problems: CrmProblem[] = [];
  const errors = distinct.flatMap(({ fromId, toId }, index) => {
    const outcome = outcomes[index] ?? unaccounted('unavailable');
    if (outcome === 'linked') return [];
    problems.push(outcome.problem);
    return [{ contactCRMId: fromId, companyCRMId: toId, error: describeProblem(outcome.problem) }];
  });
  const created = distinct.length - errors.length;
  const failure = created === 0 ? errorForAll(problems) : undefined;
  if (failure !== undefined) throw failure;
  return { success: created > 0, created, ...(errors.length === 0 ? {} : { errors }) };
}
