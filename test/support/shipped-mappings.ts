import type { Mappings } from '../../src/mapping/load/file-kinds.ts';
import { loadMappings } from '../../src/mapping/load/load-mappings.ts';
import type { Mapping } from '../../src/mapping/schema/record-mapping.ts';

type Mutable<T> = { -readonly [Key in keyof T]: Mutable<T[Key]> };

/** The shipped mapping files, with the write section of one of them changed. */
export function shippedWith(
  object: 'contacts' | 'companies',
  change: (write: Mutable<Mapping['write']>) => void,
): () => Mappings {
  const shipped = loadMappings(new URL('../../mappings/hubspot', import.meta.url).pathname, {});
  const mapping = shipped[object];
  if (mapping === undefined) throw new Error(`there is no mapping file for ${object}`);
  const write = structuredClone(mapping.write);
  change(write);
  const changed = { ...shipped, [object]: { ...mapping, write } };
  return () => changed;
}
