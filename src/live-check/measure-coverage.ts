import type { CallContext, Crm } from '../crm/crm.ts';
import { compileMapping } from '../mapping/run/compile-mapping.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import { findLinkedinProperties, type LinkedinProperty } from './find-linkedin-properties.ts';

/** What match rules can find in an account: how many records have a value where each rule looks. */
export interface Coverage {
  readonly objectType: string;
  /** Records of the account. */
  readonly records: number;
  readonly rules: readonly RuleCoverage[];
  /** Properties that hold LinkedIn URLs although no rule looks at them. */
  readonly linkedin: readonly LinkedinProperty[];
}

export interface RuleCoverage {
  readonly name: string;
  /** Records with a value, by property; those that the account does not have are omitted. */
  readonly filled: readonly { readonly property: string; readonly records: number }[];
}

/** The part of the port that counting needs. */
export type CountingCrm = Pick<Crm, 'readProperties' | 'countFilled' | 'list' | 'modifiedSince' | 'readByIds'>;

/** Every record has it, so counting it counts the records. */
const idProperty = 'hs_object_id';

/**
 * Counts with one search a property, and reads a sample of a few hundred records.
 * @returns undefined for an account without records of this kind. Throws a GatewayError if the CRM refuses or does not answer.
 */
export async function measureCoverage(
  { crm, context }: { readonly crm: CountingCrm; readonly context: CallContext },
  mapping: Mapping,
): Promise<Coverage | undefined> {
  const { objectType } = mapping.target;
  const definitions = await crm.readProperties(objectType, context);
  const known = new Set(definitions.filter(({ isArchived }) => !isArchived).map(({ name }) => name));
  if (!known.has(idProperty)) return undefined;
  const records = (await crm.countFilled(objectType, [idProperty], context)).get(idProperty) ?? 0;
  if (records === 0) return undefined;
  const rules = compileMapping(mapping).rules.map(({ name, pairs }) => ({
    name,
    properties: [...new Set(pairs.flatMap(({ properties }) => properties))].filter((property) => known.has(property)),
  }));
  const properties = [...new Set(rules.flatMap((rule) => rule.properties))];
  const counts = await crm.countFilled(objectType, properties, context);
  return {
    objectType,
    records,
    rules: rules.map(({ name, properties: looked }) => ({
      name,
      filled: looked.map((property) => ({ property, records: counts.get(property) ?? 0 })),
    })),
    linkedin: await findLinkedinProperties({ crm, context }, mapping, definitions),
  };
}
