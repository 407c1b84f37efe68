import type { CallContext, ObjectType, PropertyDefinition, ReadPropertiesOptions } from '../../crm.ts';
import { listProperties, sensitivities } from '../calls/property-calls.ts';
import type { Transport } from '../transport/transport.ts';
import { HubSpotRefusal } from '../transport/hubspot-refusal.ts';

/** Property definitions by object type: read once, cached for a while; concurrent requests share one call. */
export interface PropertyDefinitions {
  of(
    objectType: ObjectType,
    context: CallContext,
    options?: ReadPropertiesOptions,
  ): Promise<readonly PropertyDefinition[]>;
  forget(objectType: ObjectType): void;
}

const freshForMs = 10 * 60_000;

interface Entry {
  readonly at: number;
  readonly definitions: Promise<readonly PropertyDefinition[]>;
  isSettled: boolean;
}

export function createPropertyDefinitions(
  transport: Transport,
  now: () => number = () => performance.now(),
): PropertyDefinitions {
  const entries = new Map<string, Entry>();

  function load(key: string, read: () => Promise<readonly PropertyDefinition[]>): Entry {
    const entry: Entry = {
      at: now(),
      isSettled: false,
      definitions: read().then(
        (definitions) => {
          entry.isSettled = true;
          return definitions;
        },
        (error: unknown) => {
          // Failures are not cached: the next request asks again.
          if (entries.get(key) === entry) entries.delete(key);
          throw error;
        },
      ),
    };
    entries.set(key, entry);
    return entry;
  }

  /** Sensitive ones are not cached: only checks ask for them. An account or token without access to them has none to show. */
  async function listSensitive(objectType: ObjectType, context: CallContext): Promise<readonly PropertyDefinition[]> {
    const lists = sensitivities.map((sensitivity) =>
      transport(listProperties(objectType, { archived: false, sensitivity }), context).catch((error: unknown) => {
        if (error instanceof HubSpotRefusal) return [];
        throw error;
      }),
    );
    return (await Promise.all(lists)).flat();
  }

  return {
    async of(objectType, context, { refresh = false, archived = false, includeSensitive = false } = {}) {
      const key = keyOf(objectType, archived);
      const known = entries.get(key);
      // A read in progress is as fresh as a new one, give or take its duration.
      const isUsable = known !== undefined && (!known.isSettled || (!refresh && now() - known.at < freshForMs));
      const entry = isUsable ? known : load(key, () => transport(listProperties(objectType, { archived }), context));
      const [listed, sensitive] = await Promise.all([
        entry.definitions,
        includeSensitive ? listSensitive(objectType, context) : [],
      ]);
      if (sensitive.length === 0) return listed;
      return [...new Map([...listed, ...sensitive].map((definition) => [definition.name, definition])).values()];
    },
    forget(objectType) {
      for (const archived of [true, false]) entries.delete(keyOf(objectType, archived));
    },
  };
}

function keyOf(objectType: ObjectType, archived: boolean): string {
  return `${objectType}|${archived}`;
}
