import type { CallContext, Crm, PropertyDefinition } from '../crm/crm.ts';
import type { Logger } from '../logger.ts';
import type { Mapping } from '../mapping/mapping-file.ts';
import { describeProblem, problemFromRead } from './problem.ts';

/**
 * Whether the CRM keeps Enginy's ids in a unique property.
 * - `ready`: it does, and the store can be read by it.
 * - `new`: it was made just now, so no record can hold a value yet.
 * - `memory`: the portal forbids it; only the bridge's own memory makes a repeated create harmless.
 */
export type IdentityState = 'ready' | 'new' | 'memory';

export interface IdentityBook {
  /** Makes the property at first need; one attempt at a time however many requests ask. */
  ensure(mapping: Mapping, context: CallContext): Promise<IdentityState>;
  /** To be called when the CRM says that the property does not exist: the next `ensure` looks again. */
  doubt(mapping: Mapping): void;
}

/** After this the bridge asks again whether the portal allows the property by now. */
const refusalLastsMs = 10 * 60_000;

/** @throws GatewayError from `ensure` when the CRM could not be asked. */
export function createIdentityBook(deps: { crm: Crm; log: Logger; now?: () => number }): IdentityBook {
  const now = deps.now ?? (() => performance.now());
  const known = new Map<string, { state: Promise<IdentityState>; until: number }>();

  return {
    async ensure(mapping, context) {
      if (mapping.identity === undefined) return 'memory';
      const key = bookKey(mapping);
      const entry = known.get(key);
      if (entry !== undefined && now() < entry.until) {
        const state = await entry.state;
        // Who joins later must look: the one who made the property may have written by then.
        return state === 'new' ? 'ready' : state;
      }
      const state = askFor(deps, mapping, mapping.identity.crm, context);
      const fresh = { state, until: Number.POSITIVE_INFINITY };
      known.set(key, fresh);
      try {
        if ((await state) === 'memory') fresh.until = now() + refusalLastsMs;
      } catch (error) {
        known.delete(key);
        throw error;
      }
      return state;
    },
    doubt(mapping) {
      known.delete(bookKey(mapping));
    },
  };
}

function bookKey(mapping: Mapping): string {
  return `${mapping.target.objectType}\u0001${mapping.identity?.crm ?? ''}`;
}

async function askFor(
  deps: { crm: Crm; log: Logger },
  mapping: Mapping,
  property: string,
  context: CallContext,
): Promise<IdentityState> {
  const { objectType } = mapping.target;
  const facts = { object: mapping.object, property };
  const existing = await findDefinition(deps.crm, objectType, property, context, false);
  if (existing !== undefined) return judge(deps.log, existing, facts);

  const made = await makeProperty(deps.crm, mapping, property, context);
  if (made === 'created') {
    deps.log.info(facts, 'made the property that keeps Enginy ids');
    return 'new';
  }
  if (made === 'existed') {
    const definition = await findDefinition(deps.crm, objectType, property, context, true);
    if (definition !== undefined) return judge(deps.log, definition, facts);
  }
  const reason = typeof made === 'object' ? describeProblem(made.problem) : 'it exists but cannot be read';
  deps.log.warn({ ...facts, reason }, 'no property for Enginy ids: repeated creates are recognised from memory only');
  return 'memory';
}

async function findDefinition(crm: Crm, objectType: string, name: string, context: CallContext, refresh: boolean) {
  const definitions = await crm.readProperties(objectType, context, { refresh });
  return definitions.find((definition) => definition.name === name);
}

function judge(log: Logger, definition: PropertyDefinition, facts: object): IdentityState {
  if (definition.isUnique) return 'ready';
  log.warn(facts, 'the property for Enginy ids is not unique: repeated creates are recognised from memory only');
  return 'memory';
}

async function makeProperty(crm: Crm, mapping: Mapping, name: string, context: CallContext) {
  const property = {
    name,
    label: 'Enginy ID',
    description: "Enginy's id of this record, kept by enginy-bridge so that a repeated create finds it. Do not edit.",
    type: 'text',
    isUnique: true,
    group: mapping.write.unknown_fields.group,
  } as const;
  try {
    const [outcome] = await crm.createProperties(mapping.target.objectType, [property], context);
    return outcome ?? { problem: { kind: 'unavailable', message: 'the answer left the property out' } as const };
  } catch (error) {
    const problem = problemFromRead(error);
    if (problem.kind !== 'refused') throw error;
    return { problem };
  }
}
