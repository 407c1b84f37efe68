import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mappings } from '../../src/mapping/load/file-kinds.ts';
import { loadMappings } from '../../src/mapping/load/load-mappings.ts';
import type { Mapping } from '../../src/mapping/schema/record-mapping.ts';
import type { Locale } from '../../src/mapping/values/locale.ts';

const root = fileURLToPath(new URL('../../mappings/', import.meta.url));
const loaded = new Map<string, Mappings>();

/** Like `loadMappings`, but parses each shipped folder only once: most tests start a bridge on one of them, and none edits them. */
export function loadShippedOnce(dir: string, locale: Locale = {}): Mappings {
  if (!resolve(dir).startsWith(root)) return loadMappings(dir, locale);
  const key = JSON.stringify([dir, locale]);
  const mappings = loaded.get(key) ?? loadMappings(dir, locale);
  loaded.set(key, mappings);
  return mappings;
}

type Mutable<T> = { -readonly [Key in keyof T]: Mutable<T[Key]> };

/** The shipped mapping files, with the write section of one of them changed; updates return no values. */
export function shippedWith(
  object: 'contacts' | 'companies',
  change: (write: Mutable<Mapping['write']>) => void,
): () => Mappings {
  const shipped = loadMappings(new URL('../../mappings/hubspot', import.meta.url).pathname, {});
  const mapping = shipped[object];
  if (mapping === undefined) throw new Error(`there is no mapping file for ${object}`);
  const write = structuredClone(mapping.write);
  change(write);
  const changed = { ...shipped, [object]: { ...mapping, write, return_in_updates: false } };
  return () => changed;
}
