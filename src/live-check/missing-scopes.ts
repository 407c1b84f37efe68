import type { CallContext, Crm, CrmProblem, PropertyDefinition } from '../crm/crm.ts';
import { CrmRejectedError, NotSupportedError } from '../errors.ts';
import type { Finding } from '../mapping/schema/finding.ts';
import type { MappedObject } from './mapped-object.ts';

export interface ObjectAccess {
  readonly findings: readonly Finding[];
  /** Absent when the token may not read them. */
  readonly definitions?: readonly PropertyDefinition[];
}

type PermissionCrm = Pick<Crm, 'readProperties' | 'readByIds' | 'listOwners'>;

/**
 * Checks, by reading, the permissions that a mapped object needs. A refusal becomes a finding at the object's place.
 * The token itself must have been accepted before.
 */
export async function findMissingScopes(
  { crm, context }: { readonly crm: PermissionCrm; readonly context: CallContext },
  object: MappedObject,
): Promise<ObjectAccess> {
  const { objectType, path } = object;
  const [definitions, records, owners] = await Promise.all([
    attempt(() => crm.readProperties(objectType, context, { refresh: true, includeSensitive: true })),
    attempt(() => crm.readByIds(objectType, ['1'], [], context)),
    object.hasOwners ? attempt(() => crm.listOwners(context)) : undefined,
  ]);
  const findings: Finding[] = [];
  const note = (refusal: Refusal, purpose: string, severity: 'error' | 'warning') =>
    findings.push({ path, kind: 'missing-scope', severity, message: describeRefusal(refusal, purpose) });
  const severity = object.isEssential ? 'error' : 'warning';
  if ('refusal' in definitions) note(definitions.refusal, `read the properties of ${objectType}`, severity);
  const refused = 'refusal' in records ? records.refusal : records.value.failed.get('1');
  if (refused !== undefined && isRefusal(refused)) note(refused, `read ${objectType}`, severity);
  if (owners !== undefined && 'refusal' in owners) {
    note(owners.refusal, 'list the owners, so Enginy cannot offer a choice of owners', 'warning');
  }
  return 'refusal' in definitions ? { findings } : { findings, definitions: definitions.value };
}

/** Why the token may not do something. */
interface Refusal {
  readonly message: string;
  readonly missingScopes?: readonly string[] | undefined;
}

function isRefusal(refused: Refusal | CrmProblem): refused is Refusal {
  return !('kind' in refused) || refused.kind === 'refused';
}

async function attempt<Value>(
  read: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly refusal: Refusal }> {
  try {
    return { value: await read() };
  } catch (error) {
    if (error instanceof NotSupportedError) return { refusal: { message: error.message } };
    if (!(error instanceof CrmRejectedError)) throw error;
    return { refusal: { message: error.message, missingScopes: error.detail.missingScopes } };
  }
}

function describeRefusal({ message, missingScopes = [] }: Refusal, purpose: string): string {
  const reason = missingScopes.length > 0 ? `it lacks ${missingScopes.join(' or ')}` : message;
  return `the token may not ${purpose}: ${reason}`;
}
