import type { CallContext, Crm, PropertyDefinition } from '../crm/crm.ts';
import { compileMapping } from '../mapping/run/compile-mapping.ts';
import type { Mapping, RecordObject } from '../mapping/schema/record-mapping.ts';
import { normalizeLinkedinUrl } from '../mapping/values/linkedin-url.ts';

/** A property that holds LinkedIn URLs of the records. */
export interface LinkedinProperty {
  readonly property: string;
  readonly label: string;
  /** Records of the sample that hold one. */
  readonly found: number;
  readonly sample: number;
}

const sampledDays = 30;

const pagesOf: Readonly<Record<RecordObject, RegExp>> = {
  contacts: /linkedin\.com\/(?:in|pub|sales\/lead)\//,
  companies: /linkedin\.com\/(?:company|school|showcase|sales\/company)\//,
};

/**
 * Examines the text properties that no match rule reads, in the oldest records of the account and in those of the last thirty days.
 * A value counts if it is the URL of a person (contacts) or of a company (companies), and nothing else.
 */
export async function findLinkedinProperties(
  { crm, context }: { readonly crm: Pick<Crm, 'list' | 'modifiedSince' | 'readByIds'>; readonly context: CallContext },
  mapping: Mapping,
  definitions: readonly PropertyDefinition[],
): Promise<readonly LinkedinProperty[]> {
  const { objectType } = mapping.target;
  const read = new Set(compileMapping(mapping).rules.flatMap(({ pairs }) => pairs.flatMap((pair) => pair.properties)));
  const texts = definitions.filter(({ name, type, isArchived }) => type === 'text' && !isArchived && !read.has(name));
  const since = new Date(Date.now() - sampledDays * 86_400_000);
  const [oldest, recent] = await Promise.all([
    crm.list({ objectType, properties: [] }, context),
    crm.modifiedSince({ objectType, since, properties: [] }, context),
  ]);
  const ids = [...new Set([...oldest.records, ...recent.records].map(({ id }) => id))];
  // By batch reads: the address of a list has no room for the names of hundreds of properties.
  const names = texts.map(({ name }) => name);
  const { found } = await crm.readByIds(objectType, ids, names, context);
  const records = [...found.values()];
  return texts
    .map(({ name, label }) => ({
      property: name,
      label,
      found: records.filter(({ properties }) => isProfile(mapping.object, properties[name])).length,
      sample: records.length,
    }))
    .filter((counted) => counted.found > 0)
    .sort((a, b) => b.found - a.found);
}

function isProfile(object: RecordObject, value: string | null | undefined): boolean {
  if (value === null || value === undefined || !/linkedin\.com/i.test(value)) return false;
  const canonical = normalizeLinkedinUrl(value);
  return typeof canonical === 'string' && pagesOf[object].test(canonical);
}
