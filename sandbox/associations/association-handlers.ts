import { type Answer, noContent, ok } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { asList, asObject, optionalString, requiredString } from '../http/read-json.ts';
import { invalid, notFound, type Problem, Refusal } from '../http/problem-body.ts';
import type { ObjectData, Portal } from '../portal.ts';
import {
  asCreated,
  type BatchEntry,
  batchAnswer,
  inOwnOrder,
  type RawInput,
  readInputs,
} from '../records/batch-call.ts';
import { objectOfCall, recordId } from '../records/object-of-call.ts';
import { linkEnds } from '../records/side-effects.ts';
import type { End, Ends } from './association-store.ts';
import { type AssociationType, defaultAssociationType } from './association-types.ts';

/** Max inputs of one call: creates (docs.workato.com), reads (HubSpot's changelog of 2025-02). */
const max = { create: 2000, read: 1000, page: 500 };

interface Pair {
  readonly from: ObjectData;
  readonly to: ObjectData;
}

/** `POST /crm/v4/associations/{from}/{to}/batch/associate/default`; the answer lists both directions of each pair. */
export function associateDefault(call: Call): Answer {
  const { portal } = call;
  const pair = pairOfCall(call);
  const inputs = readInputs(call, max.create);
  if (!inputs) return batchAnswer(portal, [], []);
  const type = defaultAssociationType(pair.from.type.name, pair.to.type.name);
  if (!type) throw new Refusal(noType(pair));
  const ends = inputs.map((input) => ({ fromId: idIn(input, 'from'), toId: idIn(input, 'to') }));
  refuseRepeatedPairs(ends);
  const results: Record<string, unknown>[] = [];
  const errors: BatchEntry[] = [];
  const good: Ends[] = [];
  for (const { fromId, toId } of ends) {
    const resolved = resolvePair(pair, fromId, toId);
    if ('problem' in resolved) errors.push(resolved);
    else good.push(resolved);
  }
  const first = errors[0];
  if (first && portal.switches.unknownAssociationIds === '400') throw new Refusal(first.problem);
  for (const { from, to } of good) {
    linkEnds(portal, { from, to });
    results.push(specJson(from, to, type.typeId), specJson(to, from, type.reverseId));
  }
  const answer = batchAnswer(
    portal,
    inOwnOrder(portal, results, (result) => Number(Reflect.get(Object(result.from), 'id'))),
    errors,
  );
  return portal.switches.unknownAssociationIds === 'in-200' ? { ...answer, status: 200 } : answer;
}

/** `PUT /crm/v4/objects/{from}/{id}/associations/default/{to}/{id}`. */
export function associateDefaultOne(call: Call): Answer {
  const pair = pairOfCall(call);
  const type = defaultAssociationType(pair.from.type.name, pair.to.type.name);
  if (!type) throw new Refusal(noType(pair));
  const { from, to } = endsOfCall(call, pair);
  linkEnds(call.portal, { from, to });
  return batchAnswer(call.portal, [specJson(from, to, type.typeId), specJson(to, from, type.reverseId)], []);
}

/** `POST …/batch/create`: labeled; 207 where an id or a type is not valid. */
export function batchAssociate(call: Call): Answer {
  const { portal } = call;
  const pair = pairOfCall(call);
  const inputs = readInputs(call, max.create);
  if (!inputs) return asCreated(batchAnswer(portal, [], []));
  const ends = inputs.map((input) => ({ input, fromId: idIn(input, 'from'), toId: idIn(input, 'to') }));
  refuseRepeatedPairs(ends);
  const results: Record<string, unknown>[] = [];
  const errors: BatchEntry[] = [];
  for (const { input, fromId, toId } of ends) {
    const resolved = resolvePair(pair, fromId, toId);
    const types = readTypes(portal, pair, input.types);
    if ('problem' in resolved) errors.push(resolved);
    else if (!Array.isArray(types)) errors.push({ problem: types });
    else {
      setTypes(call, resolved, types);
      results.push(labelsJson(pair, resolved, types));
    }
  }
  return asCreated(batchAnswer(portal, results, errors));
}

/** `PUT /crm/v4/objects/{from}/{id}/associations/{to}/{id}` with a list of types: these become all that the pair has. */
export function associateOne(call: Call): Answer {
  const pair = pairOfCall(call);
  const types = readTypes(call.portal, pair, call.body);
  if (!Array.isArray(types)) throw new Refusal(types);
  const { from, to } = endsOfCall(call, pair);
  setTypes(call, { from, to }, types);
  return ok(labelsJson(pair, { from, to }, types), 201);
}

/** `DELETE /crm/v4/objects/{from}/{id}/associations/{to}/{id}`. */
export function dissociateOne(call: Call): Answer {
  const { from, to } = endsOfCall(call, pairOfCall(call));
  call.portal.associations.remove(from, to);
  return noContent;
}

/** `POST …/batch/archive {inputs: [{from: {id}, to: [{id}]}]}`. */
export function batchDissociate(call: Call): Answer {
  const pair = pairOfCall(call);
  for (const input of readInputs(call, max.create) ?? [])
    for (const target of asList(input.to))
      call.portal.associations.remove(
        { type: pair.from.type.name, id: recordId(idIn(input, 'from')) },
        { type: pair.to.type.name, id: recordId(requiredString(asObject(target), 'id')) },
      );
  return noContent;
}

/** `POST …/batch/read`: a record without links, or that does not exist, is a harmless error entry in a 207. */
export function batchReadAssociations(call: Call): Answer {
  const { portal } = call;
  const pair = pairOfCall(call);
  const inputs = readInputs(call, max.read);
  if (!inputs) return batchAnswer(portal, [], []);
  const results: Record<string, unknown>[] = [];
  const errors: BatchEntry[] = [];
  for (const input of inputs) {
    const id = requiredString(input, 'id');
    const page = readPage(call, pair, { id: recordId(id), after: String(input.after ?? ''), limit: max.page });
    if (page.results.length === 0) errors.push({ problem: noAssociations(pair, id) });
    else results.push({ from: { id }, to: page.results, ...(page.paging && { paging: page.paging }) });
  }
  return batchAnswer(portal, results, errors);
}

/** `GET /crm/v4/objects/{from}/{id}/associations/{to}?limit&after`. */
export function listAssociations(call: Call): Answer {
  const pair = pairOfCall(call);
  const limit = Number(call.query.get('limit') ?? max.page);
  if (!Number.isInteger(limit) || limit < 1 || limit > max.page)
    throw new Refusal(invalid(`limit must be between 1 and ${max.page}`));
  const record = pair.from.records.find(recordId(call.params.fromId ?? ''));
  if (!record) throw new Refusal(notFound());
  return ok(readPage(call, pair, { id: record.id, after: call.query.get('after') ?? '', limit }));
}

/** `POST /crm/v4/associations/{from}/{to}/labels {label, name, inverseLabel?}`. */
export function createLabel(call: Call): Answer {
  const { from, to } = pairOfCall(call);
  const body = asObject(call.body);
  const label = requiredString(body, 'label');
  requiredString(body, 'name');
  const inverseLabel = optionalString(body, 'inverseLabel');
  const labels = call.portal.associations.define(from.type.name, to.type.name, {
    label,
    ...(inverseLabel !== undefined && { inverseLabel }),
  });
  return ok({ results: labels.map(typeJson) });
}

/** `GET /crm/v4/associations/{from}/{to}/labels`. */
export function listLabels(call: Call): Answer {
  const pair = pairOfCall(call);
  return ok({ results: call.portal.associations.typesBetween(pair.from.type.name, pair.to.type.name).map(typeJson) });
}

function readPage(
  call: Call,
  pair: Pair,
  { id, after, limit }: { readonly id: number; readonly after: string; readonly limit: number },
): { results: unknown[]; paging?: { next: { after: string } } } {
  const types = call.portal.associations.typesBetween(pair.from.type.name, pair.to.type.name);
  const from: End = { type: pair.from.type.name, id: pair.from.records.survivorOf(id) };
  const links = [...call.portal.associations.linked(from, pair.to.type.name)]
    .filter(([toId]) => after === '' || toId > Number(after))
    .sort(([a], [b]) => a - b);
  const page = links.slice(0, limit);
  const last = page.at(-1);
  return {
    // Ids are numbers here, although HubSpot's document declares strings.
    results: page.map(([toObjectId, typeIds]) => ({
      toObjectId,
      associationTypes: types.filter(({ typeId }) => typeIds.has(typeId)).map(typeJson),
    })),
    ...(links.length > limit && last && { paging: { next: { after: String(last[0]) } } }),
  };
}

/** The named types become all that the pair has beside the default one: labels that are not named are lost. */
function setTypes({ portal }: Call, { from, to }: Ends, types: readonly AssociationType[]): void {
  const plain = defaultAssociationType(from.type, to.type);
  const isNew = !portal.associations.linked(from, to.type).has(to.id);
  portal.associations.replace(from, to, plain ? [plain, ...types] : types);
  if (isNew) linkEnds(portal, { from, to });
}

function pairOfCall(call: Call): Pair {
  return { from: objectOfCall(call, 'from'), to: objectOfCall(call, 'to') };
}

function endsOfCall(call: Call, pair: Pair): Ends {
  const resolved = resolvePair(pair, call.params.fromId ?? '', call.params.toId ?? '');
  if (!('problem' in resolved)) return resolved;
  const { from, to } = pair;
  const wrong = from.records.find(recordId(call.params.fromId ?? ''))
    ? `${to.type.singular.toUpperCase()}=${call.params.toId}`
    : `${from.type.singular.toUpperCase()}=${call.params.fromId}`;
  throw new Refusal(
    invalid('One or more associations are invalid', { context: { INVALID_OBJECT_IDS: [`${wrong} is not valid`] } }),
  );
}

function resolvePair(pair: Pair, fromId: string, toId: string): Ends | { problem: Problem } {
  const from = pair.from.records.find(recordId(fromId));
  const to = pair.to.records.find(recordId(toId));
  if (from && from === to)
    return { problem: invalid(`${fromId} cannot be associated with itself`, { context: { id: [fromId] } }) };
  if (from && to)
    return { from: { type: pair.from.type.name, id: from.id }, to: { type: pair.to.type.name, id: to.id } };
  const wrong = from ? toId : fromId;
  return {
    problem: invalid(`${wrong} is not a valid ID`, {
      subCategory: 'crm.associations.INVALID_IDENTIFIER',
      context: { id: [wrong] },
    }),
  };
}

function readTypes(portal: Portal, pair: Pair, raw: unknown): AssociationType[] | Problem {
  const known = portal.associations.typesBetween(pair.from.type.name, pair.to.type.name);
  const wanted = asList(raw).map((type) => asObject(type));
  const types = wanted
    .map((want) =>
      known.find(
        ({ typeId, category }) => typeId === Number(want.associationTypeId) && category === want.associationCategory,
      ),
    )
    .filter((type) => type !== undefined);
  return types.length === wanted.length && types.length > 0 ? types : noType(pair);
}

/** The same pair twice in one call is refused (segmentio/action-destinations #3336). */
function refuseRepeatedPairs(ends: readonly { readonly fromId: string; readonly toId: string }[]): void {
  const seen = new Set<string>();
  for (const { fromId, toId } of ends) {
    const key = `${fromId}-${toId}`;
    if (seen.has(key))
      throw new Refusal(
        invalid(`Duplicate association in batch input: ${fromId} to ${toId}`, { context: { ids: [fromId, toId] } }),
      );
    seen.add(key);
  }
}

function noAssociations({ from, to }: Pair, id: string): Problem {
  return {
    status: 404,
    category: 'OBJECT_NOT_FOUND',
    subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
    message: `No ${to.type.singular} is associated with ${from.type.singular} ${id}.`,
    context: { fromObjectId: [id], fromObjectType: [from.type.singular], toObjectType: [to.type.singular] },
  };
}

function noType({ from, to }: Pair): Problem {
  return invalid(`One or more association types are not valid from ${from.type.typeId} to ${to.type.typeId}`, {
    subCategory: 'crm.associations.INVALID_ASSOCIATION_TYPE',
  });
}

function idIn(input: RawInput, key: 'from' | 'to'): string {
  return requiredString(asObject(input[key]), 'id');
}

function specJson(from: End, to: End, associationTypeId: number): Record<string, unknown> {
  return {
    from: { id: String(from.id) },
    to: { id: String(to.id) },
    associationSpec: { associationCategory: 'HUBSPOT_DEFINED', associationTypeId },
  };
}

function labelsJson(pair: Pair, { from, to }: Ends, types: readonly AssociationType[]): Record<string, unknown> {
  return {
    fromObjectTypeId: pair.from.type.typeId,
    fromObjectId: from.id,
    toObjectTypeId: pair.to.type.typeId,
    toObjectId: to.id,
    labels: types.map(({ label }) => label).filter((label) => label !== null),
  };
}

function typeJson({ category, typeId, label }: AssociationType): Record<string, unknown> {
  return { category, typeId, label };
}
