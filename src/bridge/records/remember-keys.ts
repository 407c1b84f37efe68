import { candidateKeys, matchKeys } from '../../mapping/run/match-keys.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import type { IdentityIndex } from '../identity-index.ts';
import type { RecordIdCache } from '../matching/record-id-cache.ts';

/** A record of Enginy as it was written into the CRM. */
export interface WrittenRecord {
  readonly id: string;
  readonly record: EnginyRecord;
  readonly properties: Readonly<Record<string, string>>;
}

/** Remembers an id under those match keys of a record whose values were just written. */
export function rememberKeys(
  {
    idCache,
    identityIndex,
    mapping,
  }: {
    readonly idCache: RecordIdCache;
    readonly identityIndex?: IdentityIndex | undefined;
    readonly mapping: Mapping;
  },
  { id, record, properties }: WrittenRecord,
): void {
  const keys = matchKeys(mapping, record).filter((key) =>
    candidateKeys(mapping, key.rule, properties).includes(key.value),
  );
  idCache.remember(mapping.target.objectType, keys, id);
  identityIndex?.put(mapping, { id, properties });
}
