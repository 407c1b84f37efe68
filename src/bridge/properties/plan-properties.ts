import type { CallContext, Crm, NewProperty, NewPropertyOutcome } from '../../crm/crm.ts';
import { unaccounted } from '../../crm/crm-problem.ts';
import { showField } from '../../mapping/run/field-mark.ts';
import type { PropertyRules } from '../../mapping/run/property-name.ts';
import { toCrmProperties } from '../../mapping/run/translate-record.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import { type FieldLocation, locateFields } from './field-location.ts';
import { requiredProperties } from './prepare-id-property.ts';
import { createPropertyCatalogue, type PropertyCatalogue } from './property-catalogue.ts';
import type { PropertyCreationQueue } from './property-creation-queue.ts';
import { fieldNeeds, latestValues } from './unknown-fields.ts';

/** What one field, or the mapping itself, would need in the CRM. */
export type PlannedProperty =
  | { readonly kind: 'create'; readonly source: string; readonly property: NewProperty }
  | { readonly kind: 'exists'; readonly source: string; readonly name: string; readonly type: string }
  | { readonly kind: 'refused'; readonly source: string; readonly reason: string };

export interface PlanScope {
  readonly crm: Pick<Crm, 'readProperties'>;
  readonly rules: PropertyRules;
  readonly mapping: Mapping;
  readonly context: CallContext;
}

/**
 * Lists the properties that records would need, decided by the same code that serves requests; nothing is created.
 *
 * @param records as Enginy would send them, creates or updates.
 * @throws GatewayError when the CRM's definitions cannot be read.
 */
export async function planProperties(
  { crm, rules, mapping, context }: PlanScope,
  records: readonly EnginyRecord[],
): Promise<PlannedProperty[]> {
  const catalogue = createPropertyCatalogue(crm);
  const index = await catalogue.read(mapping.target.objectType, context);
  const required = requiredProperties(mapping).map((property): PlannedProperty => {
    const existing = index.get(property.name);
    const source = 'the mapping itself';
    if (existing === undefined) return { kind: 'create', source, property };
    return { kind: 'exists', source, name: existing.name, type: existing.type };
  });
  const values = records.flatMap((record) => [...latestValues(toCrmProperties(mapping, record, 'update'))]);
  const planned = new Map<string, NewProperty>();
  const queue = createDryRunQueue(catalogue, planned, index.createdCount);
  const scope = { catalogue, queue, rules, mapping, context };
  const locations = await locateFields(scope, fieldNeeds(scope, values));
  const fields = [...locations].flatMap(([field, location]) => planField(showField(field), location, planned));
  return [...required, ...fields];
}

/** Creates nothing but adds each property to the catalogue, so that later fields see the names that are taken. */
function createDryRunQueue(
  catalogue: PropertyCatalogue,
  planned: Map<string, NewProperty>,
  createdBefore: number,
): PropertyCreationQueue {
  return {
    forgetRefusals() {},
    async create(objectType, { maxCreated, ...property }) {
      if (planned.has(property.name)) return 'exists';
      if (maxCreated !== undefined && createdBefore + planned.size >= maxCreated) {
        return { refused: `the mapping allows ${maxCreated} created properties (at_most)`, reason: 'limit' };
      }
      catalogue.add(objectType, property);
      planned.set(property.name, property);
      return 'exists';
    },
  };
}

function planField(
  source: string,
  location: FieldLocation,
  planned: ReadonlyMap<string, NewProperty>,
): PlannedProperty[] {
  if (location === 'none' || 'problem' in location) return [];
  if ('refused' in location) return [{ kind: 'refused', source, reason: location.refused }];
  const { name, type } = location.definition;
  const property = planned.get(name);
  return [property === undefined ? { kind: 'exists', source, name, type } : { kind: 'create', source, property }];
}

/** Creates what a plan lists. One outcome per property to create, in the plan's order. */
export async function applyPlan(
  { crm, mapping, context }: Pick<PlanScope, 'mapping' | 'context'> & { readonly crm: Pick<Crm, 'createProperties'> },
  plan: readonly PlannedProperty[],
): Promise<readonly { readonly property: NewProperty; readonly outcome: NewPropertyOutcome }[]> {
  const properties = plan.flatMap((each) => (each.kind === 'create' ? [each.property] : []));
  if (properties.length === 0) return [];
  const outcomes = await crm.createProperties(mapping.target.objectType, properties, context);
  return properties.map((property, index) => ({
    property,
    outcome: outcomes[index] ?? unaccounted('unavailable', 'property'),
  }));
}
