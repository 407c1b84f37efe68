import type { CallContext, Crm, NewProperty, NewPropertyOutcome } from '../../crm/crm.ts';
import { showField } from '../../mapping/run/field-mark.ts';
import type { PropertyRules } from '../../mapping/run/property-name.ts';
import { toCrmProperties } from '../../mapping/run/translate.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import { neededProperties } from './check-property-access.ts';
import { type Location, locateFields } from './field-locator.ts';
import { fieldNeeds, latestValues } from './field-needs.ts';
import { createPropertyCatalogue, type PropertyCatalogue } from './property-catalogue.ts';
import type { PropertyMaker } from './property-maker.ts';

/** One field or own property of a mapping, and what it would lead to. */
export type PlannedProperty =
  | { readonly kind: 'make'; readonly source: string; readonly property: NewProperty }
  | { readonly kind: 'there'; readonly source: string; readonly name: string; readonly type: string }
  | { readonly kind: 'refused'; readonly source: string; readonly reason: string };

/**
 * Which properties records would lead to, decided as the bridge decides while it runs; nothing is made.
 *
 * @param records as Enginy would send them, creates or updates.
 * @throws GatewayError when the CRM's definitions cannot be read.
 */
export async function planProperties(
  deps: { readonly crm: Pick<Crm, 'readProperties'>; readonly rules: PropertyRules },
  mapping: Mapping,
  records: readonly EnginyRecord[],
  context: CallContext,
): Promise<PlannedProperty[]> {
  const catalogue = createPropertyCatalogue(deps.crm);
  const made = new Map<string, NewProperty>();
  const own = await planOwn(catalogue, mapping, context);
  const values = records.flatMap((record) => [...latestValues(toCrmProperties(mapping, record, 'update'))]);
  const { countMade } = await catalogue.read(mapping.target.objectType, context);
  const maker = pretend(catalogue, made, countMade);
  const needs = fieldNeeds(deps.rules, mapping, values);
  const locations = await locateFields({ catalogue, maker, rules: deps.rules }, mapping, needs, context);
  const fields = [...locations].flatMap(([field, location]) => planned(showField(field), location, made));
  return [...own, ...fields];
}

async function planOwn(
  catalogue: PropertyCatalogue,
  mapping: Mapping,
  context: CallContext,
): Promise<PlannedProperty[]> {
  const index = await catalogue.read(mapping.target.objectType, context);
  return neededProperties(mapping).map((property): PlannedProperty => {
    const there = index.get(property.name);
    const source = 'the mapping itself';
    return there === undefined
      ? { kind: 'make', source, property }
      : { kind: 'there', source, name: there.name, type: there.type };
  });
}

/** Makes nothing, and lets the catalogue believe that it did: later fields see the names that are taken. */
function pretend(catalogue: PropertyCatalogue, made: Map<string, NewProperty>, madeBefore: number): PropertyMaker {
  return {
    async make(objectType, { atMost, ...property }) {
      if (made.has(property.name)) return 'made';
      if (atMost !== undefined && madeBefore + made.size >= atMost) {
        return { refused: `the mapping allows ${atMost} properties to be made (at_most)` };
      }
      catalogue.add(objectType, property);
      made.set(property.name, property);
      return 'made';
    },
  };
}

function planned(source: string, location: Location, made: ReadonlyMap<string, NewProperty>): PlannedProperty[] {
  if (location === 'nowhere' || 'problem' in location) return [];
  if ('refused' in location) return [{ kind: 'refused', source, reason: location.refused }];
  const { name, type } = location.definition;
  const property = made.get(name);
  return [property === undefined ? { kind: 'there', source, name, type } : { kind: 'make', source, property }];
}

/** Makes what a plan says. One outcome per property to make, in the plan's order. */
export async function applyPlan(
  crm: Pick<Crm, 'createProperties'>,
  mapping: Mapping,
  plan: readonly PlannedProperty[],
  context: CallContext,
): Promise<readonly { readonly property: NewProperty; readonly outcome: NewPropertyOutcome }[]> {
  const properties = plan.flatMap((each) => (each.kind === 'make' ? [each.property] : []));
  if (properties.length === 0) return [];
  const outcomes = await crm.createProperties(mapping.target.objectType, properties, context);
  return properties.map((property, index) => ({ property, outcome: outcomes[index] ?? unanswered }));
}

const unanswered: NewPropertyOutcome = {
  problem: { kind: 'unavailable', message: 'the answer left the property out' },
};
