import { problemOfError, unaccounted } from '../../crm/crm-problem.ts';
import type { CallContext, Crm, CrmProblem, NewProperty, NewPropertyOutcome, ObjectType } from '../../crm/crm.ts';
import { DeadlineError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { sharedContext } from '../concurrency/batcher.ts';
import { type Claims, propertyClaim } from '../concurrency/claims.ts';
import { describeProblem } from '../problem.ts';
import type { DropReason } from '../writes/drop-reason.ts';
import { raceDeadline } from '../concurrency/race-deadline.ts';
import { type CreationRefusals, createCreationRefusals, type RefusalExchange } from './creation-refusals.ts';
import type { PropertyCatalogue } from './property-catalogue.ts';

export type CreationOutcome =
  /** The CRM has it, whichever process created it; the catalogue knows for which field. */
  | 'exists'
  /** The CRM has a property of that name that it does not list. */
  | 'hidden'
  /** It will not be created, for this reason. */
  | DropReason
  /** It could not be created now. */
  | { readonly problem: CrmProblem };

export interface RequestedProperty extends NewProperty {
  /** How many properties may be created for fields in total; absent for properties that the mapping itself names. */
  readonly maxCreated?: number;
}

/** Creates properties, each of them once however many requests ask, and those of several requests in one call. */
export interface PropertyCreationQueue {
  create(objectType: ObjectType, property: RequestedProperty, context: CallContext): Promise<CreationOutcome>;
  forgetRefusals(): void;
}

/** How long the first request waits for others, in milliseconds: long enough for requests that were sent together. */
const windowMs = 5;

interface PendingProperty {
  readonly property: RequestedProperty;
  readonly outcome: Promise<CreationOutcome>;
  /** Of the requests that wait for it. */
  readonly contexts: CallContext[];
  resolve(outcome: CreationOutcome): void;
  reject(error: unknown): void;
}

interface Queue {
  readonly objectType: ObjectType;
  /** Not yet sent, by name. */
  readonly waiting: Map<string, PendingProperty>;
  /** In a call that is under way, by name. */
  readonly sent: Map<string, PendingProperty>;
  isBusy: boolean;
}

interface CreationDeps {
  /** Other replicas may be creating the same properties. */
  readonly claims: Claims;
  /** What other replicas learned. */
  readonly refusalExchange?: RefusalExchange | undefined;
  readonly crm: Pick<Crm, 'createProperties'>;
  readonly catalogue: PropertyCatalogue;
  readonly log: Logger;
}

/** @param deps.now milliseconds of a monotonic clock. */
export function createPropertyCreationQueue(deps: CreationDeps & { now?: () => number }): PropertyCreationQueue {
  const refusals = createCreationRefusals(deps.now ?? (() => performance.now()), deps.refusalExchange);
  const queues = new Map<ObjectType, Queue>();

  const queueOf = (objectType: ObjectType) => {
    const queue = queues.get(objectType) ?? { objectType, waiting: new Map(), sent: new Map(), isBusy: false };
    queues.set(objectType, queue);
    return queue;
  };

  return {
    forgetRefusals: refusals.forget,
    async create(objectType, property, context) {
      const refusal = refusals.find(objectType, property.name);
      if (refusal !== undefined) return refusal;
      const queue = queueOf(objectType);
      let pending = queue.sent.get(property.name) ?? queue.waiting.get(property.name);
      if (pending === undefined) {
        pending = newPending(property);
        queue.waiting.set(property.name, pending);
      }
      pending.contexts.push(context);
      // Never rejects: errors go to the requests that wait.
      if (!queue.isBusy) void drain({ ...deps, refusals }, queue);
      try {
        return await raceDeadline(pending.outcome, context.deadline);
      } catch (error) {
        if (error instanceof DeadlineError) return { problem: problemOfError(error, 'ambiguous') };
        throw error;
      }
    },
  };
}

function newPending(property: RequestedProperty): PendingProperty {
  const { promise, resolve, reject } = Promise.withResolvers<CreationOutcome>();
  // Every request that asked may have reached its deadline by then.
  promise.catch(() => {});
  return { property, outcome: promise, contexts: [], resolve, reject };
}

async function drain(deps: BatchDeps, queue: Queue): Promise<void> {
  queue.isBusy = true;
  await new Promise((resolve) => {
    setTimeout(resolve, windowMs);
  });
  while (queue.waiting.size > 0) {
    const pending = [...queue.waiting.values()];
    for (const each of pending) queue.sent.set(each.property.name, each);
    queue.waiting.clear();
    try {
      const batch = { objectType: queue.objectType, pending, context: contextOf(pending) };
      const keys = pending.map(({ property }) => propertyClaim(queue.objectType, property.name));
      await deps.claims.hold(keys, batch.context.deadline, (hasWaited) => createPending(deps, { ...batch, hasWaited }));
    } catch (error) {
      for (const each of pending) each.reject(error);
    }
    for (const each of pending) queue.sent.delete(each.property.name);
  }
  queue.isBusy = false;
}

/** Lasts until the latest deadline of the requests that wait: each of them stops waiting at its own. */
function contextOf(pending: readonly PendingProperty[]): CallContext {
  // A request that waits for many properties is named once.
  return sharedContext([...new Set(pending.flatMap((each) => each.contexts))], 'latest');
}

interface BatchDeps extends CreationDeps {
  readonly refusals: CreationRefusals;
}

/** Properties that are created in one call. */
interface Batch {
  readonly objectType: ObjectType;
  readonly pending: readonly PendingProperty[];
  readonly context: CallContext;
  /** Another replica created some of them, perhaps. */
  readonly hasWaited: boolean;
}

async function createPending(deps: BatchDeps, batch: Batch): Promise<void> {
  const { objectType, context } = batch;
  const pending = await withinLimit(deps, batch);
  if (pending.length === 0) return;
  const outcomes = await callCrm(deps, { ...batch, pending });
  const listed = outcomes.includes('existed')
    ? await deps.catalogue.read(objectType, context, { refresh: true })
    : undefined;

  const created: string[] = [];
  pending.forEach((each, index) => {
    const { maxCreated: _maxCreated, ...property } = each.property;
    const outcome = outcomes[index] ?? unaccounted('unavailable', 'property');
    if (outcome === 'created') {
      created.push(property.name);
      deps.catalogue.add(objectType, property);
      each.resolve('exists');
    } else if (outcome === 'existed') {
      each.resolve(listed?.get(property.name) === undefined ? 'hidden' : 'exists');
    } else each.resolve(rememberRefusal(deps, { objectType, name: property.name, problem: outcome.problem }));
  });
  if (created.length > 0) {
    deps.log.info({ requestId: context.requestId, objectType, properties: created }, 'created custom properties');
  }
}

/** Refuses properties beyond the mapping's limit; those that another process has created meanwhile need no call. */
async function withinLimit(deps: CreationDeps, batch: Batch): Promise<PendingProperty[]> {
  const { objectType, pending, context, hasWaited } = batch;
  const index = await deps.catalogue.read(objectType, context, { refresh: hasWaited });
  let count = index.createdCount;
  return pending.filter((each) => {
    const { name, maxCreated } = each.property;
    const refusal = limitRefusal(maxCreated, count);
    if (index.get(name) !== undefined) each.resolve('exists');
    else if (refusal !== undefined) each.resolve(refusal);
    else {
      if (maxCreated !== undefined) count += 1;
      return true;
    }
    return false;
  });
}

/** @returns why no further property is created; undefined where the mapping allows more. */
export function limitRefusal(maxCreated: number | undefined, count: number): DropReason | undefined {
  if (maxCreated === undefined || count < maxCreated) return undefined;
  const refused = `the mapping allows ${maxCreated} created properties (at_most), and ${count} exist`;
  return { refused, reason: 'limit', detail: `at_most: ${maxCreated}` };
}

async function callCrm(
  deps: CreationDeps,
  { objectType, pending, context }: Batch,
): Promise<readonly NewPropertyOutcome[]> {
  try {
    const properties = pending.map(({ property: { maxCreated: _maxCreated, ...property } }) => property);
    return await deps.crm.createProperties(objectType, properties, context);
  } catch (error) {
    const problem = problemOfError(error, 'unavailable');
    return pending.map(() => ({ problem }));
  }
}

/** What the CRM's state or the deadline prevented may be tried again at once; anything else is remembered for a while. */
function rememberRefusal(
  { refusals, log }: BatchDeps,
  { objectType, name, problem }: { objectType: ObjectType; name: string; problem: CrmProblem },
): CreationOutcome {
  switch (problem.kind) {
    case 'unavailable':
    case 'late':
    case 'too-large':
      return { problem };
    case 'ambiguous':
      return { problem: { kind: 'unavailable', message: problem.message } };
    case 'refused': {
      const reason = 'the CRM does not let the bridge create properties';
      const scopes = problem.missingScopes ?? [];
      const refused = scopes.length === 0 ? reason : `${reason} (missing scope ${scopes.join(', ')})`;
      if (refusals.find(objectType, name) === undefined) {
        const facts = { objectType, missingScopes: scopes, reason: problem.message };
        log.warn(facts, `${reason}: fields without a row are not stored`);
      }
      const refusal: DropReason = {
        refused,
        reason: 'no-permission',
        ...(scopes.length > 0 && { detail: scopes.join(', ') }),
      };
      refusals.refuseAll(objectType, refusal);
      return refusal;
    }
    default: {
      const reason = describeProblem(problem);
      const refused = `the CRM did not create the property ${name}: ${reason}`;
      log.warn({ objectType, property: name, reason }, 'could not create a property');
      const refusal: DropReason = { refused, reason: 'no-property' };
      refusals.refuse(objectType, name, refusal);
      return refusal;
    }
  }
}
