import type { CallContext, ObjectType, PropertyDefinition } from '../../crm.ts';
import { listProperties } from '../calls/property-calls.ts';
import type { Transport } from '../transport/hubspot-call.ts';

/** Property definitions by object type: read once, cached for a while; concurrent requests share one call. */
export interface PropertyDefinitions {
  of(
    objectType: ObjectType,
    context: CallContext,
    options?: { readonly refresh?: boolean; readonly archived?: boolean },
  ): Promise<readonly PropertyDefinition[]>;
  forget(objectType: ObjectType): void;
}

const FRESH_FOR_MS = 10 * 60_000;

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

  return {
    of(objectType, context, { refresh = false, archived = false } = {}) {
      const key = keyOf(objectType, archived);
      const known = entries.get(key);
      // A read in progress is as fresh as a new one, give or take its duration.
      const isUsable = known !== undefined && (!known.isSettled || (!refresh && now() - known.at < FRESH_FOR_MS));
      const entry = isUsable ? known : load(key, () => transport(listProperties(objectType, archived), context));
      return entry.definitions;
    },
    forget(objectType) {
      for (const archived of [true, false]) entries.delete(keyOf(objectType, archived));
    },
  };
}

function keyOf(objectType: ObjectType, archived: boolean): string {
  return `${objectType}|${archived}`;
}
