import { problemOfError, unaccounted } from '../../crm/crm-problem.ts';
import type { CallContext, Crm, NewProperty, NewPropertyOutcome, ObjectType } from '../../crm/crm.ts';
import { CrmRejectedError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { type Claims, noClaims, propertyClaim } from '../concurrency/claims.ts';
import { describeProblem } from '../problem.ts';

/** A property that the bridge itself needs, and creates in the CRM when it first needs it. */
export interface ManagedProperty {
  readonly objectType: ObjectType;
  readonly name: string;
  readonly label: string;
  /** For users who find it in the CRM. */
  readonly description: string;
  readonly isUnique: boolean;
  readonly group: string;
  /** What happens without it: for the one log line when the CRM does not allow it. */
  readonly fallbackNote: string;
  /** What it means when the CRM does not even let the bridge read definitions: the request fails (default), or the property is unavailable. */
  readonly whenDenied?: 'fail' | 'unavailable';
}

/**
 * Whether the CRM has the property.
 * - `ready`: yes; if it is unique, the store can be read by it.
 * - `new`: it was created just now, so no record can hold a value yet.
 * - `unavailable`: the portal does not allow it; only the bridge's own memory is left.
 */
export type ManagedPropertyState = 'ready' | 'new' | 'unavailable';

export interface ManagedProperties {
  /**
   * Creates the property when it is first needed, once however many requests ask.
   * @throws GatewayError when the CRM could not be reached.
   */
  ensure(property: ManagedProperty, context: CallContext): Promise<ManagedPropertyState>;
  /** Call it when the CRM reports that the property does not exist: the next `ensure` checks again. */
  invalidate(property: Pick<ManagedProperty, 'objectType' | 'name'>): void;
  /** The next `ensure` asks again for properties that the portal did not allow. */
  forgetRefusals(): void;
}

/** After this time the bridge asks again whether the portal allows the property. */
const refusalTtlMs = 45_000;

interface ManagedPropertyDeps {
  readonly crm: Pick<Crm, 'readProperties' | 'createProperties'>;
  readonly log: Logger;
  /** Other replicas may be creating the same property. */
  readonly claims?: Claims | undefined;
}

/** @param deps.now milliseconds of a monotonic clock. */
export function createManagedProperties(
  deps: ManagedPropertyDeps & { readonly now?: () => number },
): ManagedProperties {
  const now = deps.now ?? (() => performance.now());
  const known = new Map<string, { state: Promise<ManagedPropertyState>; until: number }>();
  const invalidated = new Set<string>();

  return {
    async ensure(property, context) {
      const key = keyOf(property);
      const entry = known.get(key);
      if (entry !== undefined && now() < entry.until) {
        const state = await entry.state;
        // A later request must look: the one that created the property may have written by then.
        return state === 'new' ? 'ready' : state;
      }
      // After an invalidation or a refusal the cached definitions are not to be trusted.
      const refresh = invalidated.delete(key) || entry !== undefined;
      const state = prepare(deps, { property, context, refresh });
      const fresh = { state, until: Number.POSITIVE_INFINITY };
      known.set(key, fresh);
      try {
        if ((await state) === 'unavailable') fresh.until = now() + refusalTtlMs;
      } catch (error) {
        known.delete(key);
        throw error;
      }
      return state;
    },
    invalidate(property) {
      const key = keyOf(property);
      invalidated.add(key);
      known.delete(key);
    },
    forgetRefusals() {
      for (const entry of known.values()) if (Number.isFinite(entry.until)) entry.until = 0;
    },
  };
}

/**
 * For writes: creates those managed properties again that the CRM reports as missing.
 * @returns a function from the missing names to those that exist now.
 */
export function recoverManaged(
  managed: ManagedProperties,
  properties: readonly ManagedProperty[],
  context: CallContext,
): (names: ReadonlySet<string>) => Promise<ReadonlySet<string>> {
  return async (names) => {
    const gone = properties.filter(({ name }) => names.has(name));
    const states = await Promise.all(
      gone.map((property) => {
        managed.invalidate(property);
        return managed.ensure(property, context);
      }),
    );
    return new Set(gone.filter((_property, index) => states[index] !== 'unavailable').map(({ name }) => name));
  };
}

function keyOf({ objectType, name }: Pick<ManagedProperty, 'objectType' | 'name'>): string {
  return `${objectType}\u0001${name}`;
}

interface Preparation {
  readonly property: ManagedProperty;
  readonly context: CallContext;
  readonly refresh: boolean;
}

async function prepare(deps: ManagedPropertyDeps, preparation: Preparation): Promise<ManagedPropertyState> {
  const { property } = preparation;
  const facts = { object: property.objectType, property: property.name };
  try {
    const existing = await checkExisting(deps, preparation);
    if (existing !== undefined) return existing;
  } catch (error) {
    if (property.whenDenied !== 'unavailable' || !isDenied(error)) throw error;
    deps.log.warn({ ...facts, reason: error.message }, `cannot read properties: ${property.fallbackNote}`);
    return 'unavailable';
  }

  const { claims = noClaims } = deps;
  const key = propertyClaim(property.objectType, property.name);
  const outcome = await claims.hold([key], preparation.context.deadline, async (hasWaited) => {
    // Another replica has created it, unless it died.
    const isThere = hasWaited && (await checkExisting(deps, { ...preparation, refresh: true })) !== undefined;
    return isThere ? 'existed' : await create(deps, preparation);
  });
  if (outcome === 'created') {
    deps.log.info(facts, 'created a managed property');
    return 'new';
  }
  if (outcome === 'existed') {
    const existing = await checkExisting(deps, { ...preparation, refresh: true });
    if (existing !== undefined) return existing;
  }
  const reason = outcome === 'existed' ? 'it exists but cannot be read' : describeProblem(outcome.problem);
  deps.log.warn({ ...facts, reason }, `could not create a property: ${property.fallbackNote}`);
  return 'unavailable';
}

function isDenied(error: unknown): error is CrmRejectedError {
  return error instanceof CrmRejectedError && error.detail.status === 403;
}

/** @returns undefined when the CRM does not list the property. */
async function checkExisting(
  { crm, log }: ManagedPropertyDeps,
  { property, context, refresh }: Preparation,
): Promise<ManagedPropertyState | undefined> {
  const { objectType, name, isUnique, fallbackNote } = property;
  const definitions = await crm.readProperties(objectType, context, { refresh });
  const definition = definitions.find((each) => each.name === name);
  if (definition === undefined) return undefined;
  if (definition.isUnique || !isUnique) return 'ready';
  log.warn({ object: objectType, property: name }, `the property exists but is not unique: ${fallbackNote}`);
  return 'unavailable';
}

async function create({ crm }: ManagedPropertyDeps, { property, context }: Preparation): Promise<NewPropertyOutcome> {
  const { objectType, name, label, description, isUnique, group } = property;
  const requested: NewProperty = { name, label, description, type: 'text', isUnique, group };
  try {
    const [outcome] = await crm.createProperties(objectType, [requested], context);
    return outcome ?? unaccounted('unavailable', 'property');
  } catch (error) {
    const problem = problemOfError(error, 'unavailable');
    if (problem.kind !== 'refused') throw error;
    return { problem };
  }
}
