import { unaccounted } from '../../crm/crm-problem.ts';
import type { AssociationsAnswer, AssociationsBody } from '../../contract/associations.ts';
import { trimmedId } from '../../contract/optional-fields.ts';
import type { CrmProblem, Pair } from '../../crm/crm.ts';
import { adviseProblem, errorForAll } from '../problem.ts';
import { type LinkScope, linkTypes } from './linked-records.ts';

/** A contact and a company, and why they could not be linked. */
export interface LinkedPair {
  readonly fromId: string;
  readonly toId: string;
  readonly problem?: CrmProblem;
}

export interface LinkedPairs {
  readonly answer: AssociationsAnswer;
  /** Each pair once. */
  readonly pairs: readonly LinkedPair[];
  /** Links of these contacts to other companies that were removed, where the mapping says so. */
  readonly removed: readonly Pair[];
}

/**
 * Links contacts with companies. A pair that is already linked counts as created, so a repeated request gets the same answer. A
 * pair that is sent twice counts once.
 * @throws GatewayError when nothing was done and the caller may send the whole request again.
 */
export async function linkRecords(
  { crm, mappings, context }: LinkScope,
  associations: Readonly<AssociationsBody['associations']>,
): Promise<LinkedPairs> {
  const pairs = new Map(
    associations.map(({ contactCRMId, companyCRMId }) => {
      const pair = { fromId: trimmedId(contactCRMId) ?? '', toId: trimmedId(companyCRMId) ?? '' };
      return [JSON.stringify(pair), pair] as const;
    }),
  );
  const distinct = [...pairs.values()];
  if (distinct.length === 0) return { answer: { success: true, created: 0 }, pairs: [], removed: [] };
  const { contact, company } = linkTypes(mappings);
  const style = mappings.contacts.association ?? { as: 'additional', labels: [] };
  const types = { from: contact.objectType, to: company.objectType };
  const { outcomes, removed, unknownLabels } = await crm.linkAs({ ...types, pairs: distinct, style }, context);
  const linked = distinct.map((pair, index): LinkedPair => {
    const outcome = outcomes[index] ?? unaccounted('unavailable');
    return outcome === 'linked' ? pair : { ...pair, problem: outcome.problem };
  });
  const errors = linked.flatMap(({ fromId, toId, problem }) =>
    problem === undefined ? [] : [{ contactCRMId: fromId, companyCRMId: toId, error: adviseProblem(problem) }],
  );
  const created = distinct.length - errors.length;
  const problems = linked.flatMap(({ problem }) => problem ?? []);
  const failure = created === 0 ? errorForAll(problems) : undefined;
  if (failure !== undefined) throw failure;
  const warnings = unknownLabels.map((label) => `the CRM has no association label "${label}": linked without it`);
  const answer = {
    success: created > 0,
    created,
    ...(errors.length === 0 ? {} : { errors }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
  return { answer, pairs: linked, removed };
}
