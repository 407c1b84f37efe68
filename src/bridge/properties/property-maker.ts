import type { CallContext, Crm, CrmProblem, NewProperty, NewPropertyOutcome, ObjectType } from '../../crm/crm.ts';
import type { Logger } from '../../logger.ts';
import { describeProblem, problemFromRead } from '../problem.ts';
import { raceDeadline } from '../race-deadline.ts';
import type { PropertyCatalogue } from './property-catalogue.ts';

/** What became of the wish for a property. */
export type Making =
  /** It is there, made by whoever was first; for which field it was made, the catalogue tells. */
  | 'made'
  /** The CRM has a property of that name that it does not list. */
  | 'hidden'
  /** It will not be made, for this reason. */
  | { readonly refused: string }
  /** It could not be made now. */
  | { readonly problem: CrmProblem };

export interface WantedProperty extends NewProperty {
  /** How many properties may be made for fields in all; absent for properties that the mapping itself asks for. */
  readonly atMost?: number;
}

/** Makes properties, each of them once however many requests ask, and several of several requests in one call. */
export interface PropertyMaker {
  /** @throws DeadlineError when the context's deadline comes first. */
  make(objectType: ObjectType, property: WantedProperty, context: CallContext): Promise<Making>;
}

/** How long the first wish waits for others, in milliseconds: long enough for requests that were sent together. */
const windowMs = 5;
/** After this the bridge asks again whether the CRM allows what it refused. */
const refusalLastsMs = 10 * 60_000;
const mostRefusals = 10_000;

interface Wish {
  readonly property: WantedProperty;
  readonly making: Promise<Making>;
  /** Those who wait for it. */
  readonly contexts: CallContext[];
  settle(making: Making): void;
  fail(error: unknown): void;
}

interface Queue {
  readonly wishes: Map<string, Wish>;
  /** The calls that are under way, by name. */
  readonly flights: Map<string, Wish>;
  isBusy: boolean;
}

export function createPropertyMaker(deps: {
  crm: Pick<Crm, 'createProperties'>;
  catalogue: PropertyCatalogue;
  log: Logger;
  now?: () => number;
}): PropertyMaker {
  const queues = new Map<ObjectType, Queue>();
  const refusals = createRefusals(deps.now ?? (() => performance.now()));

  const queueOf = (objectType: ObjectType) => {
    const queue = queues.get(objectType) ?? { wishes: new Map(), flights: new Map(), isBusy: false };
    queues.set(objectType, queue);
    return queue;
  };

  async function work(objectType: ObjectType, queue: Queue): Promise<void> {
    queue.isBusy = true;
    await new Promise((resolve) => {
      setTimeout(resolve, windowMs);
    });
    while (queue.wishes.size > 0) {
      const wishes = [...queue.wishes.values()];
      for (const wish of wishes) queue.flights.set(wish.property.name, wish);
      queue.wishes.clear();
      try {
        await fulfil(deps, objectType, wishes, refusals);
      } catch (error) {
        for (const wish of wishes) wish.fail(error);
      }
      for (const wish of wishes) queue.flights.delete(wish.property.name);
    }
    queue.isBusy = false;
  }

  return {
    async make(objectType, property, context) {
      const reason = refusals.reasonFor(objectType, property.name);
      if (reason !== undefined) return { refused: reason };
      const queue = queueOf(objectType);
      let wish = queue.flights.get(property.name) ?? queue.wishes.get(property.name);
      if (wish === undefined) {
        wish = newWish(property);
        queue.wishes.set(property.name, wish);
      }
      wish.contexts.push(context);
      // Never rejects: what goes wrong is told to those who wait.
      if (!queue.isBusy) void work(objectType, queue);
      return await raceDeadline(wish.making, context.deadline);
    },
  };
}

function newWish(property: WantedProperty): Wish {
  const { promise, resolve, reject } = Promise.withResolvers<Making>();
  // Everyone who asked may be gone at the deadline.
  promise.catch(() => {});
  return { property, making: promise, contexts: [], settle: resolve, fail: reject };
}

interface FulfilDeps {
  readonly crm: Pick<Crm, 'createProperties'>;
  readonly catalogue: PropertyCatalogue;
  readonly log: Logger;
}

async function fulfil(
  deps: FulfilDeps,
  objectType: ObjectType,
  wishes: readonly Wish[],
  refusals: Refusals,
): Promise<void> {
  const context = sharedContext(wishes);
  const admitted = await admit(deps, objectType, wishes, context);
  if (admitted.length === 0) return;
  const outcomes = await tryCreate(deps, objectType, admitted, context);
  const existed = admitted.filter((_wish, index) => outcomes[index] === 'existed');
  const listed = existed.length === 0 ? undefined : await deps.catalogue.read(objectType, context, { refresh: true });

  const made: string[] = [];
  admitted.forEach((wish, index) => {
    const { atMost: _atMost, ...property } = wish.property;
    const outcome = outcomes[index] ?? { problem: unanswered };
    if (outcome === 'created') {
      made.push(property.name);
      deps.catalogue.add(objectType, property);
      wish.settle('made');
    } else if (outcome === 'existed') {
      wish.settle(listed?.get(property.name) === undefined ? 'hidden' : 'made');
    } else wish.settle(judge(deps, objectType, property.name, outcome.problem, refusals));
  });
  if (made.length > 0) {
    deps.log.info({ requestId: context.requestId, objectType, properties: made }, 'made custom properties');
  }
}

/** Wishes beyond the mapping's limit are refused; those that another process has fulfilled in the meantime need no call. */
async function admit(
  deps: FulfilDeps,
  objectType: ObjectType,
  wishes: readonly Wish[],
  context: CallContext,
): Promise<Wish[]> {
  const index = await deps.catalogue.read(objectType, context);
  let count = index.countMade;
  return wishes.filter((wish) => {
    const { name, atMost } = wish.property;
    if (index.get(name) !== undefined) wish.settle('made');
    else if (atMost !== undefined && count >= atMost) {
      wish.settle({ refused: `the mapping allows ${atMost} properties to be made (at_most), and there are ${count}` });
    } else {
      if (atMost !== undefined) count += 1;
      return true;
    }
    return false;
  });
}

/** Until the latest deadline among those who wait: each of them stops waiting at its own. */
function sharedContext(wishes: readonly Wish[]): CallContext {
  const contexts = wishes.flatMap((wish) => wish.contexts);
  return {
    requestId: contexts[0]?.requestId ?? 'properties',
    alsoFor: contexts.slice(1).map(({ requestId }) => requestId),
    urgency: contexts.some(({ urgency }) => urgency === 'urgent') ? 'urgent' : 'bulk',
    deadline: { remainingMs: () => Math.max(...contexts.map(({ deadline }) => deadline.remainingMs())) },
  };
}

const unanswered: CrmProblem = { kind: 'unavailable', message: 'the answer left the property out' };

async function tryCreate(
  deps: FulfilDeps,
  objectType: ObjectType,
  wishes: readonly Wish[],
  context: CallContext,
): Promise<readonly NewPropertyOutcome[]> {
  try {
    const properties = wishes.map(({ property: { atMost: _atMost, ...property } }) => property);
    return await deps.crm.createProperties(objectType, properties, context);
  } catch (error) {
    const problem = problemFromRead(error);
    return wishes.map(() => ({ problem }));
  }
}

/** What the CRM's state or the deadline prevented may be tried again at once; anything else is remembered for a while. */
function judge(
  deps: FulfilDeps,
  objectType: ObjectType,
  name: string,
  problem: CrmProblem,
  refusals: Refusals,
): Making {
  switch (problem.kind) {
    case 'unavailable':
    case 'late':
      return { problem };
    case 'ambiguous':
      return { problem: { kind: 'unavailable', message: problem.message } };
    case 'refused': {
      const reason = 'the CRM does not let the bridge make properties';
      const scopes = problem.missingScopes ?? [];
      const refused = scopes.length === 0 ? reason : `${reason} (missing scope ${scopes.join(', ')})`;
      if (refusals.reasonFor(objectType, name) === undefined) {
        const facts = { objectType, missingScopes: scopes, reason: problem.message };
        deps.log.warn(facts, 'the CRM does not let the bridge make properties: fields without a row are not stored');
      }
      refusals.refuseAll(objectType, refused);
      return { refused };
    }
    default: {
      const refused = `the CRM did not make the property ${name}: ${describeProblem(problem)}`;
      deps.log.warn({ objectType, property: name, reason: describeProblem(problem) }, 'a property was not made');
      refusals.refuse(objectType, name, refused);
      return { refused };
    }
  }
}

interface Refusals {
  reasonFor(objectType: ObjectType, name: string): string | undefined;
  refuse(objectType: ObjectType, name: string, reason: string): void;
  /** The CRM lets no property be made at all. */
  refuseAll(objectType: ObjectType, reason: string): void;
}

/** What was refused is not asked for again with every request. */
function createRefusals(now: () => number): Refusals {
  const known = new Map<string, { readonly reason: string; readonly until: number }>();
  const reasonOf = (key: string) => {
    const refusal = known.get(key);
    if (refusal !== undefined && now() < refusal.until) return refusal.reason;
    known.delete(key);
    return undefined;
  };
  const remember = (key: string, reason: string) => {
    if (known.size >= mostRefusals) known.clear();
    known.set(key, { reason, until: now() + refusalLastsMs });
  };
  return {
    reasonFor: (objectType, name) => reasonOf(objectType) ?? reasonOf(`${objectType}/${name}`),
    refuse: (objectType, name, reason) => remember(`${objectType}/${name}`, reason),
    refuseAll: (objectType, reason) => remember(objectType, reason),
  };
}
