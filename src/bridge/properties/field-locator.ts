import type { CallContext, CrmProblem, NewProperty, PropertyDefinition } from '../../crm/crm.ts';
import { DeadlineError } from '../../errors.ts';
import { describeField, fieldLabel } from '../../mapping/run/field-mark.ts';
import type { PropertyRules } from '../../mapping/run/property-name.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import { problemFromError } from '../problem.ts';
import { placeField } from './field-place.ts';
import type { PropertyCatalogue } from './property-catalogue.ts';
import type { Making, PropertyMaker, WantedProperty } from './property-maker.ts';

/** A field without a row, and what its property must take should it have to be made. */
export interface FieldNeed {
  readonly field: string;
  readonly type: NewProperty['type'];
  readonly isLong: boolean;
  /** False: the field goes to a property that is there, or nowhere. */
  readonly isWorthMaking: boolean;
}

export type Location =
  | { readonly definition: PropertyDefinition }
  /** There is no property, and none was to be made. */
  | 'nowhere'
  | { readonly refused: string }
  /** Not now. */
  | { readonly problem: CrmProblem };

export interface LocatorDeps {
  readonly catalogue: PropertyCatalogue;
  readonly maker: PropertyMaker;
  readonly rules: PropertyRules;
}

/** Names can clash with those of other fields, made meanwhile by others; nobody loses more often than this. */
const mostRounds = 4;

/**
 * Finds the property of each field, and makes those that are missing.
 * @throws GatewayError when the CRM's definitions cannot be read.
 */
export async function locateFields(
  deps: LocatorDeps,
  mapping: Mapping,
  needs: readonly FieldNeed[],
  context: CallContext,
): Promise<ReadonlyMap<string, Location>> {
  const locations = new Map<string, Location>();
  const hidden = new Set<string>();
  let open = needs;
  for (let round = 1; open.length > 0 && round <= mostRounds; round += 1) {
    const wanted = await placeAll(deps, mapping, open, context, { locations, hidden });
    const makings = await Promise.all(
      wanted.map((property) => makeInTime(deps.maker, mapping.target.objectType, property.property, context)),
    );
    wanted.forEach(({ field, property: { name } }, index) => {
      const making = makings[index] ?? 'made';
      if (making === 'hidden') hidden.add(name);
      else if (making !== 'made') locations.set(field, making);
    });
    open = open.filter(({ field }) => !locations.has(field));
  }
  for (const { field } of open) locations.set(field, { refused: 'other fields took every name that would fit' });
  return locations;
}

interface Wanted {
  readonly field: string;
  readonly property: WantedProperty;
}

/** Settles what needs nothing to be made; answers the rest. */
async function placeAll(
  deps: LocatorDeps,
  mapping: Mapping,
  needs: readonly FieldNeed[],
  context: CallContext,
  state: { readonly locations: Map<string, Location>; readonly hidden: ReadonlySet<string> },
): Promise<Wanted[]> {
  const { group } = mapping.write.unknown_fields;
  const index = await deps.catalogue.read(mapping.target.objectType, context);
  const isTaken = (name: string) => state.hidden.has(name);
  return needs.flatMap((need): Wanted[] => {
    const { field } = need;
    const place = placeField(field, index, { rules: deps.rules, group, isTaken });
    if ('make' in place && need.isWorthMaking) return [{ field, property: newProperty(mapping, need, place.make) }];
    if ('make' in place) state.locations.set(field, 'nowhere');
    else if ('refused' in place) state.locations.set(field, place);
    else if (place.use.name === mapping.identity?.crm) state.locations.set(field, { refused: keepsIds });
    else state.locations.set(field, { definition: place.use });
    return [];
  });
}

const keepsIds = "the property of that name keeps Enginy's ids";

/** The property that a field gets. */
export function newProperty(mapping: Mapping, need: FieldNeed, name: string): WantedProperty {
  const { group, at_most: atMost } = mapping.write.unknown_fields;
  return {
    name,
    label: fieldLabel(need.field) ?? name,
    description: describeField(need.field),
    type: need.type,
    isLong: need.isLong,
    group,
    atMost,
  };
}

/** As {@link PropertyMaker.make}, with the deadline as a problem of this property. */
export async function makeInTime(
  maker: PropertyMaker,
  objectType: string,
  property: WantedProperty,
  context: CallContext,
): Promise<Making> {
  try {
    return await maker.make(objectType, property, context);
  } catch (error) {
    if (error instanceof DeadlineError) return { problem: problemFromError(error) };
    throw error;
  }
}
