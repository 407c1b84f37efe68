import { type DataSensitivity, dataSensitivities } from '../definitions/property-definition.ts';
import { type Answer, noContent, ok } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { asObject, optionalString, requiredString } from '../http/read-json.ts';
import { invalid, notFound, type Problem, Refusal } from '../http/problem-body.ts';
import type { ObjectData } from '../portal.ts';
import { asCreated, type BatchEntry, batchAnswer, readInputs } from '../records/batch-call.ts';
import { objectOfCall } from '../records/object-of-call.ts';
import { changeProperty, readNewProperty } from './new-property.ts';
import { groupJson, propertyJson } from './property-json.ts';
import { isProblem, type PropertyEntry } from './property-registry.ts';

/** `GET …/properties/{type}?archived=&dataSensitivity=`: all definitions of that sensitivity, unpaged. */
export function listProperties(call: Call): Answer {
  const { properties } = objectOfCall(call);
  const sensitivity = readSensitivity(call.query.get('dataSensitivity') ?? undefined);
  const listed = properties.list(call.portal.now, call.query.get('archived') === 'true');
  return ok({ results: listed.filter((entry) => isOf(entry, sensitivity)).map(propertyJson) });
}

export function getProperty(call: Call): Answer {
  const { properties } = objectOfCall(call);
  const entry = properties.entry(call.params.name ?? '', call.portal.now, call.query.get('archived') === 'true');
  if (!entry) throw new Refusal(unknownProperty(call.params.name ?? ''));
  return ok(propertyJson(entry));
}

export function createProperty(call: Call): Answer {
  const outcome = addProperty(objectOfCall(call), call.body);
  if (isProblem(outcome)) throw new Refusal(outcome);
  return ok(propertyJson(outcome), 201);
}

export function updateProperty(call: Call): Answer {
  const { properties } = objectOfCall(call);
  const entry = properties.entry(call.params.name ?? '', call.portal.now);
  if (!entry) throw new Refusal(unknownProperty(call.params.name ?? ''));
  const changed = changeProperty(entry.definition, call.body);
  if (isProblem(changed)) throw new Refusal(changed);
  entry.definition = changed;
  entry.updatedAt = call.portal.now;
  return ok(propertyJson(entry));
}

export function archiveProperty(call: Call): Answer {
  const problem = removeProperty(objectOfCall(call), call.params.name ?? '');
  if (problem) throw new Refusal(problem);
  return noContent;
}

/** `POST …/batch/create`: 201, or 207 where some are refused. */
export function batchCreateProperties(call: Call): Answer {
  const object = objectOfCall(call);
  const results: Record<string, unknown>[] = [];
  const errors: BatchEntry[] = [];
  for (const input of readInputs(call, 100) ?? []) {
    const outcome = addProperty(object, input);
    if (isProblem(outcome)) errors.push({ problem: outcome });
    else results.push(propertyJson(outcome));
  }
  const answer = batchAnswer(call.portal, results, errors);
  return call.version === '2026-09' ? answer : asCreated(answer);
}

/** `POST …/batch/read`; the dated versions require `archived` and `dataSensitivity`. */
export function batchReadProperties(call: Call): Answer {
  const { properties } = objectOfCall(call);
  const body = asObject(call.body ?? {});
  const sensitivity = readSensitivity(body.dataSensitivity);
  if (call.version !== 'v3' && (typeof body.archived !== 'boolean' || body.dataSensitivity === undefined))
    throw new Refusal(invalid('archived and dataSensitivity are required'));
  const archived = body.archived === true;
  const results: Record<string, unknown>[] = [];
  const missing: string[] = [];
  for (const input of readInputs(call, 100) ?? []) {
    const name = requiredString(input, 'name');
    const entry = properties.entry(name, call.portal.now, archived);
    if (entry && isOf(entry, sensitivity)) results.push(propertyJson(entry));
    else missing.push(name);
  }
  const problem: Problem = { ...notFound('Could not find some properties'), context: { name: missing } };
  return batchAnswer(call.portal, results, missing.length > 0 ? [{ problem }] : []);
}

export function batchArchiveProperties(call: Call): Answer {
  const object = objectOfCall(call);
  for (const input of readInputs(call, 100) ?? []) {
    const problem = removeProperty(object, requiredString(input, 'name'));
    if (problem && problem.status !== 404) throw new Refusal(problem);
  }
  return noContent;
}

export function listGroups(call: Call): Answer {
  return ok({ results: objectOfCall(call).properties.groups().map(groupJson) });
}

export function getGroup(call: Call): Answer {
  const group = objectOfCall(call).properties.group(call.params.name ?? '');
  if (!group) throw new Refusal(notFound(`Property group '${call.params.name}' does not exist`));
  return ok(groupJson(group));
}

export function createGroup(call: Call): Answer {
  const body = asObject(call.body ?? {});
  const group = { name: requiredString(body, 'name'), label: requiredString(body, 'label') };
  const outcome = objectOfCall(call).properties.createGroup({
    ...group,
    displayOrder: Number(body.displayOrder ?? -1),
  });
  if (isProblem(outcome)) throw new Refusal(outcome);
  return ok(groupJson(outcome), 201);
}

export function updateGroup(call: Call): Answer {
  const group = objectOfCall(call).properties.group(call.params.name ?? '');
  if (!group) throw new Refusal(notFound(`Property group '${call.params.name}' does not exist`));
  const body = asObject(call.body ?? {});
  group.label = optionalString(body, 'label') ?? group.label;
  group.displayOrder = Number(body.displayOrder ?? group.displayOrder);
  return ok(groupJson(group));
}

export function archiveGroup(call: Call): Answer {
  const problem = objectOfCall(call).properties.archiveGroup(call.params.name ?? '', call.portal.now);
  if (problem) throw new Refusal(problem);
  return noContent;
}

/** Adds or restores; a unique property becomes a key under which records are found. */
export function addProperty(object: ObjectData, raw: unknown): PropertyEntry | Problem {
  const definition = readNewProperty(raw);
  if (isProblem(definition)) return definition;
  const outcome = object.properties.create(definition, object.portal.now);
  if (!isProblem(outcome) && definition.hasUniqueValue) {
    const { name } = definition;
    object.records.addKey(name, (version) => {
      const value = object.records.stored(version, name);
      return value ? [object.portal.uniqueKey(value)] : [];
    });
  }
  return outcome;
}

/** Definitions of sensitive properties are given only to those who ask for them. */
function readSensitivity(value: unknown = 'non_sensitive'): DataSensitivity {
  const known = dataSensitivities.find((name) => name === value);
  if (known === undefined) throw new Refusal(invalid(`dataSensitivity must be one of ${dataSensitivities.join(', ')}`));
  return known;
}

function isOf({ definition }: PropertyEntry, sensitivity: DataSensitivity): boolean {
  return (definition.dataSensitivity ?? 'non_sensitive') === sensitivity;
}

function removeProperty(object: ObjectData, name: string): Problem | undefined {
  const problem = object.properties.archive(name, object.portal.now);
  if (!problem) object.records.removeKey(name);
  return problem;
}

function unknownProperty(name: string): Problem {
  return notFound(`Property '${name}' does not exist`);
}
