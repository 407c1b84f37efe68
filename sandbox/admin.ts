import type { Fault } from './faults.ts';
import { type Answer, noContent, ok } from './http/answer.ts';
import { asObject, parseBody, requiredString } from './http/read-json.ts';
import { errorBody, Refusal } from './http/problem-body.ts';
import { readLatency } from './latency.ts';
import { findObjectType } from './object-types.ts';
import { mergeRecords } from './records/merge.ts';
import { recordId } from './records/object-of-call.ts';
import { restoreRecord } from './records/single-record.ts';
import { type SeedData, seedPortal } from './seed-data.ts';
import { switchChoices } from './switches.ts';
import type { World } from './world.ts';

type AdminHandler = (world: World, body: Readonly<Record<string, unknown>>) => Answer;

/** What `/__sandbox` offers, by method and path; the same calls as the in-process handle. */
const handlers: Readonly<Record<string, AdminHandler>> = {
  'GET /__sandbox': (world) =>
    ok({
      calls: Object.keys(handlers),
      now: new Date(world.clock.now()).toISOString(),
      counters: world.log.counters,
      faults: world.faults.pending,
    }),
  'GET /__sandbox/log': (world) => ok({ entries: world.log.entries }),
  'DELETE /__sandbox/log': (world) => {
    world.log.clear();
    return noContent;
  },
  'GET /__sandbox/counters': (world) => ok(world.log.counters),
  'GET /__sandbox/faults': (world) => ok({ faults: world.faults.pending }),
  'POST /__sandbox/faults': (world, body) => {
    // The action is checked by `add`; the rest only narrows which calls it hits.
    world.faults.add(body as unknown as Fault);
    return ok({ faults: world.faults.pending }, 201);
  },
  'DELETE /__sandbox/faults': (world) => {
    world.faults.clear();
    return noContent;
  },
  'POST /__sandbox/clock': (world, { advanceMs }) => {
    world.clock.advance(Number(advanceMs));
    return ok({ now: new Date(world.clock.now()).toISOString() });
  },
  'GET /__sandbox/switches': (world) => ok({ switches: world.switches, choices: switchChoices }),
  'PATCH /__sandbox/switches': (world, body) => {
    world.setSwitches(body);
    return ok({ switches: world.switches });
  },
  'PUT /__sandbox/latency': (world, body) => {
    world.latency = readLatency(body);
    return ok({ latency: world.latency });
  },
  'POST /__sandbox/seed': (world, body) => ok(seedPortal(world.portal, body as SeedData), 201),
  'POST /__sandbox/merge': (world, body) => {
    const type = findObjectType(requiredString(body, 'objectType'));
    if (!type) throw new RangeError('unknown objectType');
    const object = world.portal.object(type.name);
    const primary = object.records.find(recordId(requiredString(body, 'primaryObjectId')));
    const other = object.records.find(recordId(requiredString(body, 'objectIdToMerge')));
    if (!primary || !other || primary === other)
      throw new RangeError('primaryObjectId and objectIdToMerge must name two existing records');
    return ok({ id: String(mergeRecords(object, primary, other).id) });
  },
  'POST /__sandbox/restore': (world, body) => {
    const type = findObjectType(requiredString(body, 'objectType'));
    if (!type) throw new RangeError('unknown objectType');
    restoreRecord(world.portal.object(type.name), requiredString(body, 'id'));
    return noContent;
  },
  'POST /__sandbox/reset': (world) => {
    world.reset();
    return noContent;
  },
};

/** Responds to an admin call. No token is required: the sandbox listens on loopback and holds no real data. */
export function answerAdmin(world: World, endpoint: string, bodyText: string): Answer {
  const name = endpoint.replace(/\/$/, '');
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  if (!handler) return { status: 404, body: { message: `No such call: ${name}`, calls: Object.keys(handlers) } };
  try {
    return handler(world, asObject(parseBody(bodyText) ?? {}));
  } catch (error) {
    if (error instanceof Refusal) return { status: 400, body: errorBody(error.problem, '') };
    if (error instanceof RangeError) return { status: 400, body: { message: error.message } };
    throw error;
  }
}
