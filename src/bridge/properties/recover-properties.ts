import type { NewProperty, PropertyDefinition } from '../../crm/crm.ts';
import { GatewayError } from '../../errors.ts';
import { compileMapping } from '../../mapping/run/compile-mapping.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import type { RequestedProperty } from './property-creation-queue.ts';
import type { PropertyScope } from './property-scope.ts';
import { rawTextProperties } from './raw-text-fallback.ts';

/** @returns those of the names that exist now and may be sent again. */
type RecoverProperties = (scope: PropertyScope, names: ReadonlySet<string>) => Promise<ReadonlySet<string>>;

export interface Recovery {
  readonly recover: RecoverProperties;
  /** The next write asks again for properties that were missing. */
  forget(): void;
}

/** How long the bridge does not ask again for a property that is really missing. */
const missingTtlMs = 60_000;

/** As {@link recoverProperties}, without asking the CRM in every request about a property that a row names and the CRM lacks. */
export function createRecovery(now: () => number = () => performance.now()): Recovery {
  const missing = new Map<string, number>();
  const recover: RecoverProperties = async (scope, names) => {
    const key = (name: string) => `${scope.mapping.target.objectType}/${name}`;
    const asked = new Set([...names].filter((name) => (missing.get(key(name)) ?? 0) <= now()));
    if (asked.size === 0) return asked;
    const recovered = await recoverProperties(scope, asked);
    for (const name of asked) {
      if (recovered.has(name)) missing.delete(key(name));
      else missing.set(key(name), now() + missingTtlMs);
    }
    return recovered;
  };
  return { recover, forget: () => missing.clear() };
}

/**
 * Checks properties again that the CRM reported as missing: a user removed them, or another process created them a moment ago. Those of
 * fields without a row and of `keep_raw_in` are created again; those that rows name are not the bridge's to create.
 */
async function recoverProperties(scope: PropertyScope, names: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const { catalogue, queue, mapping, context } = scope;
  const { objectType } = mapping.target;
  try {
    const before = await catalogue.read(objectType, context);
    catalogue.drop(objectType, names);
    const now = await catalogue.read(objectType, context, { refresh: true });
    const recovered = await Promise.all(
      [...names].map(async (name) => {
        if (now.get(name) !== undefined) return true;
        const property = asItWas(mapping, name, before.get(name));
        return property !== undefined && (await queue.create(objectType, property, context)) === 'exists';
      }),
    );
    return new Set([...names].filter((_name, index) => recovered[index]));
  } catch (error) {
    // The CRM's first answer stands: the properties are skipped with a warning.
    if (error instanceof GatewayError) return new Set();
    throw error;
  }
}

function asItWas(
  mapping: Mapping,
  name: string,
  before: PropertyDefinition | undefined,
): RequestedProperty | undefined {
  const forRawText = rawTextProperties(mapping).find((property) => property.name === name);
  if (forRawText !== undefined || before === undefined || isRowTarget(mapping, name)) return forRawText;
  const { label, description = '', isLong } = before;
  return { name, label, description, isLong, type: typeOf(before), group: mapping.write.unknown_fields.group };
}

function isRowTarget(mapping: Mapping, name: string): boolean {
  const isRow = compileMapping(mapping).fields.some(({ row }) => row.crm === name);
  const constants = [...mapping.write.on_create, ...mapping.write.always];
  return isRow || name === mapping.identity?.crm || constants.some(({ crm }) => crm === name);
}

/** The options cannot be created again; a text property accepts their values. */
function typeOf({ type }: PropertyDefinition): NewProperty['type'] {
  return type === 'enum' || type === 'other' ? 'text' : type;
}
