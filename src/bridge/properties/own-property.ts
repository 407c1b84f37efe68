import type { CallContext, Crm, NewProperty, ObjectType, PropertyDefinition } from '../../crm/crm.ts';
import { CrmRejectedError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { describeProblem, problemFromRead } from '../problem.ts';

/** A property of the bridge's own, which it makes in the CRM at first need. */
export interface OwnProperty {
  readonly objectType: ObjectType;
  readonly name: string;
  readonly label: string;
  /** For whoever meets it in the CRM. */
  readonly description: string;
  readonly isUnique: boolean;
  readonly group: string;
  /** What it is good for and what is done without it: for the one log line when the CRM forbids it. */
  readonly withoutIt: string;
  /** A CRM that does not even let the definitions be read: a failure (default), or one more way of forbidding. */
  readonly whenDenied?: 'fail' | 'memory';
}

/**
 * Whether the CRM has the property.
 * - `ready`: it does, and the store can be read by it when it is unique.
 * - `new`: it was made just now, so no record can hold a value yet.
 * - `memory`: the portal forbids it; only the bridge's own memory is left.
 */
export type OwnPropertyState = 'ready' | 'new' | 'memory';

export interface OwnPropertyBook {
  /**
   * Makes the property at first need; one attempt at a time however many requests ask.
   * @throws GatewayError when the CRM could not be asked.
   */
  ensure(property: OwnProperty, context: CallContext): Promise<OwnPropertyState>;
  /** To be called when the CRM says that the property does not exist: the next `ensure` looks again. */
  doubt(property: Pick<OwnProperty, 'objectType' | 'name'>): void;
}

/** After this the bridge asks again whether the portal allows the property by now. */
const refusalLastsMs = 10 * 60_000;

interface BookDeps {
  readonly crm: Pick<Crm, 'readProperties' | 'createProperties'>;
  readonly log: Logger;
  readonly now?: () => number;
}

export function createOwnPropertyBook(deps: BookDeps): OwnPropertyBook {
  const now = deps.now ?? (() => performance.now());
  const known = new Map<string, { state: Promise<OwnPropertyState>; until: number }>();
  const doubted = new Set<string>();

  return {
    async ensure(property, context) {
      const key = bookKey(property);
      const entry = known.get(key);
      if (entry !== undefined && now() < entry.until) {
        const state = await entry.state;
        // Who joins later must look: the one who made the property may have written by then.
        return state === 'new' ? 'ready' : state;
      }
      // Definitions that were remembered are what the doubt is about.
      const state = askFor(deps, property, context, doubted.delete(key));
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
    doubt(property) {
      const key = bookKey(property);
      doubted.add(key);
      known.delete(key);
    },
  };
}

/**
 * For writes: makes anew those of the bridge's properties that the CRM says it does not have.
 * @returns a function from names to those that are there now.
 */
export function recoverOwn(
  book: OwnPropertyBook,
  properties: readonly OwnProperty[],
  context: CallContext,
): (names: ReadonlySet<string>) => Promise<ReadonlySet<string>> {
  return async (names) => {
    const gone = properties.filter(({ name }) => names.has(name));
    const states = await Promise.all(
      gone.map((property) => {
        book.doubt(property);
        return book.ensure(property, context);
      }),
    );
    return new Set(gone.filter((_property, index) => states[index] !== 'memory').map(({ name }) => name));
  };
}

function bookKey({ objectType, name }: Pick<OwnProperty, 'objectType' | 'name'>): string {
  return `${objectType}\u0001${name}`;
}

async function askFor(
  deps: BookDeps,
  property: OwnProperty,
  context: CallContext,
  refresh: boolean,
): Promise<OwnPropertyState> {
  const facts = { object: property.objectType, property: property.name };
  try {
    const existing = await findDefinition(deps, property, context, refresh);
    if (existing !== undefined) return judge(deps.log, property, existing);
  } catch (error) {
    if (property.whenDenied !== 'memory' || !isDenied(error)) throw error;
    deps.log.warn({ ...facts, reason: error.message }, `its properties cannot be read: ${property.withoutIt}`);
    return 'memory';
  }

  const made = await makeProperty(deps, property, context);
  if (made === 'created') {
    deps.log.info(facts, 'made a property of the bridge');
    return 'new';
  }
  if (made === 'existed') {
    const definition = await findDefinition(deps, property, context, true);
    if (definition !== undefined) return judge(deps.log, property, definition);
  }
  const reason = typeof made === 'object' ? describeProblem(made.problem) : 'it exists but cannot be read';
  deps.log.warn({ ...facts, reason }, `a property could not be made: ${property.withoutIt}`);
  return 'memory';
}

function isDenied(error: unknown): error is CrmRejectedError {
  return error instanceof CrmRejectedError && error.detail.status === 403;
}

async function findDefinition(
  deps: BookDeps,
  { objectType, name }: OwnProperty,
  context: CallContext,
  refresh: boolean,
) {
  const definitions = await deps.crm.readProperties(objectType, context, { refresh });
  return definitions.find((definition) => definition.name === name);
}

function judge(log: Logger, property: OwnProperty, definition: PropertyDefinition): OwnPropertyState {
  if (definition.isUnique || !property.isUnique) return 'ready';
  const facts = { object: property.objectType, property: property.name };
  log.warn(facts, `the property is there but not unique: ${property.withoutIt}`);
  return 'memory';
}

async function makeProperty(deps: BookDeps, property: OwnProperty, context: CallContext) {
  const { objectType, name, label, description, isUnique, group } = property;
  const asked: NewProperty = { name, label, description, type: 'text', isUnique, group };
  try {
    const [outcome] = await deps.crm.createProperties(objectType, [asked], context);
    return outcome ?? { problem: { kind: 'unavailable', message: 'the answer left the property out' } as const };
  } catch (error) {
    const problem = problemFromRead(error);
    if (problem.kind !== 'refused') throw error;
    return { problem };
  }
}
