import { associationTypesBetween } from '../associations/association-types.ts';
import { type Answer, noContent, okText } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { asObject } from '../http/read-json.ts';
import { invalid, notFound, Refusal } from '../http/problem-body.ts';
import { findObjectType } from '../object-types.ts';
import type { ObjectData } from '../portal.ts';
import { finder } from './batch-read.ts';
import { conflictOnCreate, conflictOnUpdate } from './unique-conflicts.ts';
import { objectOfCall, recordId } from './object-of-call.ts';
import type { StoredRecord } from './record-store.ts';
import { createdText, historyJson, recordText, shownProperties, updatedText, withFields } from './record-text.ts';
import { requireOnCreate, requireOnUpdate } from './requirements.ts';
import { isRefused, validateProperties } from './validate-properties.ts';
import { createRecord, isPlanned, planCreate, updateRecord } from './write-record.ts';

/** `GET …/{id}?properties=a,b&associations=companies&idProperty=email`; a merged id returns the survivor. */
export function getRecord(call: Call): Answer {
  const object = objectOfCall(call);
  const find = finder(object, call.query.get('idProperty') ?? undefined, call.query.get('archived') === 'true');
  const record = find(call.params.id ?? '');
  if (!record) throw new Refusal(notFound());
  return okText(fullText(call, object, record));
}

/** `GET …?limit&after&properties&associations&archived`: a page of records by id. */
export function listRecords(call: Call): Answer {
  const object = objectOfCall(call);
  const limit = Number(call.query.get('limit') ?? 10);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw new Refusal(invalid('limit must be between 1 and 100'));
  const after = Number(call.query.get('after') ?? 0);
  if (Number.isNaN(after)) throw new Refusal(invalid('after must be a cursor of this list'));
  const among = call.query.get('archived') === 'true' ? 'archived' : 'live';
  // One more than the page, to know whether another follows.
  const found = object.records.page(after, limit + 1, among);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const results = page.map((record) => fullText(call, object, record)).join(',');
  const paging = found.length > limit && last ? `,"paging":{"next":{"after":"${last.id}"}}` : '';
  return okText(`{"results":[${results}]${paging}}`);
}

/** `POST …`. */
export function createOne(call: Call): Answer {
  const object = objectOfCall(call);
  const plan = requireOnCreate(call, object, planCreate(object, asObject(call.body ?? {})));
  if (!isPlanned(plan)) throw new Refusal(plan);
  const problem = conflictOnCreate(object, plan.values);
  if (problem) throw new Refusal(problem);
  return okText(createdText(object, createRecord(object, plan).version), 201);
}

/** `PATCH …/{id}`. */
export function updateOne(call: Call): Answer {
  const object = objectOfCall(call);
  const record = finder(object, call.query.get('idProperty') ?? undefined)(call.params.id ?? '');
  if (!record) throw new Refusal(notFound());
  const sent = validateProperties(object, asObject(call.body ?? {}).properties, 'update');
  const values = requireOnUpdate(call, { object, record }, sent);
  if (isRefused(values)) throw new Refusal(values);
  if (values.size === 0) throw new Refusal(invalid('No properties found to update, please provide at least one.'));
  const problem = conflictOnUpdate(object, { record, values });
  if (problem) throw new Refusal(problem);
  const written = updateRecord(object, record, values);
  return okText(updatedText(object, record.version, written));
}

/** `DELETE …/{id}`: into the recycle bin; 204 also for a repeated call and an unknown id (recorded). */
export function archiveOne(call: Call): Answer {
  const object = objectOfCall(call);
  const record = object.records.find(recordId(call.params.id ?? ''));
  if (record) archiveRecord(object, record);
  return noContent;
}

export function archiveRecord(object: ObjectData, record: StoredRecord): void {
  object.records.archive(record, object.portal.now);
  object.portal.associations.removeAll({ type: object.type.name, id: record.id });
}

/** Its links do not come back. Throws a RangeError unless the record is in the recycle bin. */
export function restoreRecord({ records, type }: ObjectData, id: string): void {
  const record = records.archived.get(recordId(id));
  if (!record) throw new RangeError(`there is no archived record ${id} among the ${type.name}`);
  records.restore(record);
}

function fullText({ portal, query }: Call, object: ObjectData, record: StoredRecord): string {
  const list = (name: string) =>
    query
      .getAll(name)
      .flatMap((names) => names.split(','))
      .filter((name) => name !== '');
  const history = list('propertiesWithHistory');
  const shown = shownProperties(object, list('properties'), portal.now);
  return withFields(recordText(object, record.version, shown), {
    ...(history.length > 0 && { propertiesWithHistory: historyJson(object, record.version, history) }),
    ...associationsJson(object, record, list('associations')),
  });
}

/** Links in the v3 shape: ids as texts, types by name such as `task_to_contact`; absent when there are none. Unknown names are ignored. */
function associationsJson(object: ObjectData, record: StoredRecord, names: readonly string[]): Record<string, unknown> {
  const listed = names.flatMap((name) => {
    const to = findObjectType(name);
    if (!to) return [];
    const links = object.portal.associations.linked({ type: object.type.name, id: record.id }, to.name);
    const pair = `${object.type.singular}_to_${to.singular}`;
    const types = associationTypesBetween(object.type.name, to.name);
    const isLabeled = types.length > 1;
    const results = [...links].flatMap(([id, typeIds]) =>
      types
        .filter(({ typeId }) => typeIds.has(typeId))
        .map(({ role }) => ({ id: String(id), type: isLabeled && role === 'default' ? `${pair}_unlabeled` : pair })),
    );
    return results.length > 0 ? [[to.name, { results }] as const] : [];
  });
  return listed.length > 0 ? { associations: Object.fromEntries(listed) } : {};
}
