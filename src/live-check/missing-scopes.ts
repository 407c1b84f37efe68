import type { CallContext, Crm, CrmProblem, PropertyDefinition } from '../crm/crm.ts';
import { CrmRejectedError, NotSupportedError } from '../errors.ts';
import type { Finding } from '../mapping/finding.ts';
import type { Mapping } from '../mapping/mapping-file.ts';

export interface Access {
  readonly findings: readonly Finding[];
  /** Absent when the CRM does not show them. */
  readonly definitions?: readonly PropertyDefinition[];
}

/**
 * Tries, by reading, what a mapping needs to be allowed. What the CRM refuses is a finding at the file's target.
 * The token itself must have been accepted before.
 */
export async function findMissingScopes(
  crm: Pick<Crm, 'readProperties' | 'readByIds' | 'listOwners'>,
  mapping: Mapping,
  context: CallContext,
): Promise<Access> {
  const { objectType } = mapping.target;
  const [definitions, records, owners] = await Promise.all([
    attempt(() => crm.readProperties(objectType, context, { refresh: true })),
    attempt(() => crm.readByIds(objectType, ['1'], [], context)),
    writesOwners(mapping) ? attempt(() => crm.listOwners(context)) : undefined,
  ]);
  const findings: Finding[] = [];
  const note = (problem: CrmProblem, purpose: string, severity: Finding['severity']) =>
    findings.push({
      path: ['target'],
      kind: 'missing-scope',
      severity: severity ?? 'error',
      message: tell(problem, purpose),
    });

  if ('problem' in definitions) note(definitions.problem, `read the properties of ${objectType}`, 'error');
  const refusal = 'problem' in records ? records.problem : records.value.failed.get('1');
  if (refusal?.kind === 'refused') note(refusal, `read ${objectType}`, 'error');
  if (owners !== undefined && 'problem' in owners) {
    note(owners.problem, 'list the owners, so that none can be chosen in Enginy', 'warning');
  }
  return 'problem' in definitions ? { findings } : { findings, definitions: definitions.value };
}

/** Who owns a record is chosen in Enginy out of the CRM's owners. */
function writesOwners(mapping: Mapping): boolean {
  return mapping.write.fields.some((row) => row.enginy === 'ownerId');
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
