import type { KnownRecord } from '../../contract/records.ts';
import { GatewayError } from '../../errors.ts';
import type { Translation } from '../../mapping/run/translate-record.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { toFieldValue } from '../../mapping/values/field-value.ts';
import { omitProperty } from '../writes/omit-property.ts';
import type { IdentityProperties } from '../properties/identity-property.ts';
import type { RequestScope } from '../request-scope.ts';
import type { WriteResult } from '../writes/write-result.ts';
import type { RecordIdCache } from './record-id-cache.ts';

/** What claiming needs: the memory of matches, and the property that stores Enginy's ids. */
export interface ClaimScope extends RequestScope {
  readonly idCache: RecordIdCache;
  readonly identity: IdentityProperties;
}

/**
 * Remembers after a match which id of Enginy belongs to a record that holds none: the next PUT of that record leaves it there, so that
 * the match lasts. If several leads match one record, the first one's id stays.
 */
export function rememberClaim(
  { idCache, mapping }: Pick<ClaimScope, 'idCache' | 'mapping'>,
  { crmId, externalId }: { readonly crmId: string; readonly externalId: string },
): void {
  const { objectType } = mapping.target;
  const isKnown = (idCache.get(objectType, claimKey(crmId))?.ids.length ?? 0) > 0;
  if (!isKnown) idCache.remember(objectType, [claimKey(crmId)], externalId);
}

/** A claim that was written, or that the record does not need. */
function forgetClaim({ idCache, mapping }: ClaimScope, crmId: string): void {
  const { objectType } = mapping.target;
  const others = idCache.get(objectType, claimKey(crmId))?.ids ?? [];
  if (others.length > 0) idCache.settle(objectType, claimKey(crmId), { holders: [], others });
}

function claimKey(crmId: string) {
  return { name: 'claim', value: crmId };
}

/**
 * Adds Enginy's id to the updates of a PUT, to be written where the record holds none: the id that the record was sent with, or the
 * one that a sync matched it by. Nothing is added where neither is known, where the file says `claim: never`, or where the portal has
 * no property for it.
 */
export async function claimIdentities(
  scope: ClaimScope,
  updates: readonly { readonly record: KnownRecord; readonly translation: Translation }[],
): Promise<readonly Translation[]> {
  const property = scope.mapping.identity?.crm;
  if (property === undefined) return updates.map(({ translation }) => translation);
  if (scope.mapping.identity?.claim === 'on_update') {
    const keys = updates.map(({ record }) => claimKey(record.crmId));
    await scope.idCache.prefetch(scope.mapping.target.objectType, keys);
  }
  const ids = updates.map(({ record }) => claimOf(scope, record));
  const canClaim = ids.some((id) => id !== undefined) && (await ensureProperty(scope));
  return updates.map(({ translation }, index) => {
    const id = canClaim ? ids[index] : undefined;
    if (id === undefined) return { ...translation, ifEmpty: omitProperty(translation.ifEmpty, property) };
    return {
      ...translation,
      ifEmpty: { ...translation.ifEmpty, [property]: id },
      sources: { ...translation.sources, [property]: scope.mapping.identity?.enginy ?? property },
    };
  });
}

/** Forgets the claims of records that were written. */
export function settleClaims(scope: ClaimScope, results: readonly WriteResult[]): void {
  for (const result of results) if (!('problem' in result)) forgetClaim(scope, result.crmId);
}

function claimOf({ mapping, idCache }: ClaimScope, record: KnownRecord): string | undefined {
  if (mapping.identity?.claim !== 'on_update') return undefined;
  const sent = sentIdentity(mapping, record);
  return sent ?? idCache.get(mapping.target.objectType, claimKey(record.crmId))?.ids[0];
}

/** Enginy's id as a record carries it. */
export function sentIdentity(mapping: Mapping, record: Readonly<Record<string, unknown>>): string | undefined {
  const field = mapping.identity?.enginy;
  const value = field === undefined || !Object.hasOwn(record, field) ? undefined : toFieldValue(record[field]);
  return typeof value === 'string' ? value.trim() : undefined;
}

/** @returns false where the ids of Enginy cannot be stored now. */
async function ensureProperty({ identity, mapping, context }: ClaimScope): Promise<boolean> {
  try {
    return (await identity.ensure(mapping, context)) !== 'unavailable';
  } catch (error) {
    // The update itself reports what is wrong with the CRM; the claim waits for the next update.
    if (error instanceof GatewayError) return false;
    throw error;
  }
}
