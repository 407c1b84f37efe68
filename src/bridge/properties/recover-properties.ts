import type { CallContext, NewProperty, PropertyDefinition } from '../../crm/crm.ts';
import { GatewayError } from '../../errors.ts';
import { compileMapping } from '../../mapping/run/compile-mapping.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import { type LocatorDeps, makeInTime } from './field-locator.ts';
import { keptTextProperties } from './kept-texts.ts';
import type { WantedProperty } from './property-maker.ts';

export type RecoverProperties = (
  mapping: Mapping,
  names: ReadonlySet<string>,
  context: CallContext,
) => Promise<ReadonlySet<string>>;

/** How long a property that is really missing is not asked for again. */
const missingLastsMs = 60_000;

/** As {@link recoverProperties}, without asking the CRM with every request for what a row names and it does not have. */
export function createRecovery(deps: LocatorDeps, now: () => number = () => performance.now()): RecoverProperties {
  const missing = new Map<string, number>();
  return async (mapping, names, context) => {
    const key = (name: string) => `${mapping.target.objectType}/${name}`;
    const asked = new Set([...names].filter((name) => (missing.get(key(name)) ?? 0) <= now()));
    if (asked.size === 0) return asked;
    const recovered = await recoverProperties(deps, mapping, asked, context);
    for (const name of asked) {
      if (recovered.has(name)) missing.delete(key(name));
      else missing.set(key(name), now() + missingLastsMs);
    }
    return recovered;
  };
}

/**
 * Looks again at properties of which the CRM said that it does not have them: somebody removed them, or another process made them a
 * moment ago. Those of fields without a row and of kept texts are made anew; those of the mapping's rows are not the bridge's to make.
 *
 * @returns the names that may be sent again.
 */
async function recoverProperties(
  deps: LocatorDeps,
  mapping: Mapping,
  names: ReadonlySet<string>,
  context: CallContext,
): Promise<ReadonlySet<string>> {
  const { objectType } = mapping.target;
  try {
    const before = await deps.catalogue.read(objectType, context);
    deps.catalogue.drop(objectType, names);
    const now = await deps.catalogue.read(objectType, context, { refresh: true });
    const recovered = await Promise.all(
      [...names].map(async (name) => {
        if (now.get(name) !== undefined) return true;
        const property = asItWas(mapping, name, before.get(name));
        return property !== undefined && (await makeInTime(deps.maker, objectType, property, context)) === 'made';
      }),
    );
    return new Set([...names].filter((_name, index) => recovered[index]));
  } catch (error) {
    // The first refusal stands: its properties are left out, and named.
    if (error instanceof GatewayError) return new Set();
    throw error;
  }
}

function asItWas(mapping: Mapping, name: string, before: PropertyDefinition | undefined): WantedProperty | undefined {
  const kept = keptTextProperties(mapping).find((property) => property.name === name);
  if (kept !== undefined || before === undefined || isRowTarget(mapping, name)) return kept;
  const { label, description = '', isLong } = before;
  return { name, label, description, isLong, type: typeOf(before), group: mapping.write.unknown_fields.group };
}

function isRowTarget(mapping: Mapping, name: string): boolean {
  const isRow = compileMapping(mapping).fields.some(({ row }) => row.crm === name);
  return isRow || name === mapping.identity?.crm || mapping.write.on_create.some(({ crm }) => crm === name);
}

/** Options cannot be made anew; their values fit a text. */
function typeOf({ type }: PropertyDefinition): NewProperty['type'] {
  return type === 'enum' || type === 'other' ? 'text' : type;
}
