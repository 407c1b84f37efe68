import type { CallContext, Crm, CrmProblem, PropertyDefinition } from '../crm/crm.ts';
import { CrmRejectedError, NotSupportedError } from '../errors.ts';
import type { Finding } from '../mapping/schema/finding.ts';
import type { MappedObject } from './mapped-object.ts';

export interface Access {
  readonly findings: readonly Finding[];
  /** Absent when the CRM does not show them. */
  readonly definitions?: readonly PropertyDefinition[];
}

/**
 * Tries, by reading, what a mapped object needs to be allowed. What the CRM refuses is a finding at the object's place.
 * The token itself must have been accepted before.
 */
export async function findMissingScopes(
  crm: Pick<Crm, 'readProperties' | 'readByIds' | 'listOwners'>,
  object: MappedObject,
  context: CallContext,
): Promise<Access> {
  const { objectType, path } = object;
  const [definitions, records, owners] = await Promise.all([
    attempt(() => crm.readProperties(objectType, context, { refresh: true })),
    attempt(() => crm.readByIds(objectType, ['1'], [], context)),
    object.hasOwners ? attempt(() => crm.listOwners(context)) : undefined,
  ]);
  const findings: Finding[] = [];
  const note = (problem: CrmProblem, purpose: string, severity: 'error' | 'warning') =>
    findings.push({ path, kind: 'missing-scope', severity, message: tell(problem, purpose) });
  const severity = object.isEssential ? 'error' : 'warning';
  if ('problem' in definitions) note(definitions.problem, `read the properties of ${objectType}`, severity);
  const refusal = 'problem' in records ? records.problem : records.value.failed.get('1');
  if (refusal?.kind === 'refused') note(refusal, `read ${objectType}`, severity);
  if (owners !== undefined && 'problem' in owners) {
    note(owners.problem, 'list the owners, so that none can be chosen in Enginy', 'warning');
  }
  return 'problem' in definitions ? { findings } : { findings, definitions: definitions.value };
}

async function attempt<Value>(
  read: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly problem: CrmProblem }> {
  try {
    return { value: await read() };
  } catch (error) {
    if (!(error instanceof CrmRejectedError || error instanceof NotSupportedError)) throw error;
    const { missingScopes } = error instanceof CrmRejectedError ? error.detail : {};
    return {
      problem: { kind: 'refused', message: error.message, ...(missingScopes !== undefined && { missingScopes }) },
    };
  }
}

function tell(problem: CrmProblem, purpose: string): string {
  const scopes = problem.kind === 'refused' ? (problem.missingScopes ?? []) : [];
  return `the token may not ${purpose}: ${scopes.length > 0 ? `it lacks ${scopes.join(' or ')}` : problem.message}`;
}
