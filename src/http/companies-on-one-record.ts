import type { WriteResult } from '../bridge/writes/write-result.ts';
import { sentIdentity } from '../bridge/matching/claim-identity.ts';
import type { SentId } from '../contract/optional-fields.ts';
import type { CrmRecord } from '../crm/crm.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import type { EnginyRecord } from '../mapping/values/field-value.ts';

/** An Enginy record and its CRM record. */
export interface Held {
  readonly id: SentId;
  /** Undefined where it has none. */
  readonly crmId: string | undefined;
}

const maxListed = 3;

/**
 * Companies of Enginy that have one record of the CRM: what each writes there overwrites the other, and both count as one.
 * @returns one warning or undefined per entry, in order; none for contacts, of which a person may be several.
 */
export function sharedWarnings(mapping: Mapping, held: readonly Held[]): readonly (string | undefined)[] {
  if (mapping.object !== 'companies') return held.map(() => undefined);
  const holders = new Map<string, Set<string>>();
  for (const { id, crmId } of held) {
    if (crmId === undefined) continue;
    holders.set(crmId, (holders.get(crmId) ?? new Set()).add(String(id).trim()));
  }
  return held.map(({ id, crmId }) => {
    const others = [...(crmId === undefined ? [] : (holders.get(crmId) ?? []))].filter(
      (each) => each !== String(id).trim(),
    );
    return others.length === 0
      ? undefined
      : `${advice}: ${list(others)} ${others.length === 1 ? 'has' : 'have'} record ${crmId} too`;
  });
}

/** For a match: the record holds the id of another company, which was written there before. */
export function otherHolder(mapping: Mapping, record: EnginyRecord, match: CrmRecord): string | undefined {
  const { identity } = mapping;
  const held = identity === undefined ? undefined : match.properties[identity.crm];
  const own = sentIdentity(mapping, record);
  if (mapping.object !== 'companies' || !held || own === undefined || held === own) return undefined;
  return `${advice}: another one already has record ${match.id}`;
}

/** How many companies of a response share their record of the CRM, for the log. */
export function sharedFacts(
  mapping: Mapping,
  results: readonly { readonly externalId: SentId; readonly crmId: string }[],
): { readonly shared?: number } {
  const held = results.map(({ externalId, crmId }) => ({ id: externalId, crmId }));
  const shared = sharedWarnings(mapping, held).filter((warning) => warning !== undefined).length;
  return shared === 0 ? {} : { shared };
}

/** The results of a create, with a warning where the record belongs to another company of Enginy. */
export function withSharedWarnings(
  mapping: Mapping,
  results: readonly WriteResult[],
  ids: readonly SentId[],
): readonly WriteResult[] {
  const held = results.map((result, index) => ({
    id: ids[index] ?? '',
    crmId: 'problem' in result ? undefined : result.crmId,
  }));
  const shared = sharedWarnings(mapping, held);
  return results.map((result, index) => {
    const warning = shared[index] ?? earlierWarning(mapping, result);
    return warning === undefined ? result : { ...result, warnings: [...result.warnings, warning] };
  });
}

/** The record was linked and keeps the id of the company that came first. */
function earlierWarning(mapping: Mapping, result: WriteResult): string | undefined {
  if (mapping.object !== 'companies' || 'problem' in result || result.decision.outcome !== 'linked') return undefined;
  const isTaken = result.decision.heldBack.some(
    ({ property, reason }) => property === mapping.identity?.crm && reason === 'if-empty',
  );
  return isTaken ? `${advice}: another one already has record ${result.crmId}` : undefined;
}

const advice = 'Merge the companies in Enginy if they are the same';

function list(ids: readonly string[]): string {
  const more = ids.length - maxListed;
  return [...ids.slice(0, maxListed), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
