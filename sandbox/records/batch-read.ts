import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { asObject, asStrings, optionalString } from '../http/read-json.ts';
import { invalid, type Problem, Refusal } from '../http/problem-body.ts';
import type { ObjectData } from '../portal.ts';
import { batchAnswer, batchTextAnswer, inputId, inOwnOrder, readInputs, refuseDuplicates } from './batch-call.ts';
import { objectOfCall, recordId } from './object-of-call.ts';
import type { StoredRecord } from './record-store.ts';
import { historyJson, recordText, shownProperties, withFields } from './record-text.ts';

/** `POST …/batch/read`: reads the store, not the search index. Misses share one entry of a 207. */
export function batchRead(call: Call): Answer {
  const { portal } = call;
  const object = objectOfCall(call);
  const body = asObject(call.body ?? {});
  const history = asStrings(body.propertiesWithHistory);
  const inputs = readInputs(call, history.length > 0 ? 50 : 100);
  if (!inputs) return batchAnswer(portal, [], []);
  const ids = inputs.map(inputId);
  const idProperty = optionalString(body, 'idProperty');
  const find = finder(object, idProperty, call.query.get('archived') === 'true');
  refuseDuplicates(idProperty ? ids.map((id) => portal.uniqueKey(id)) : ids);

  const found = new Map<number, StoredRecord>();
  const missing: string[] = [];
  for (const id of ids) {
    const record = find(id);
    if (record) found.set(record.id, record);
    else missing.push(id);
  }
  const shown = shownProperties(object, asStrings(body.properties), portal.now);
  const results = inOwnOrder(portal, [...found.values()], (record) => record.id).map(({ version }) => {
    const text = recordText(object, version, shown);
    return history.length > 0
      ? withFields(text, { propertiesWithHistory: historyJson(object, version, history) })
      : text;
  });
  return batchTextAnswer(portal, results, missing.length > 0 ? [{ problem: missingRecords(object, missing) }] : []);
}

/** One problem for all ids that were not found. */
export function missingRecords(object: ObjectData, ids: readonly string[]): Problem {
  return {
    status: 404,
    category: 'OBJECT_NOT_FOUND',
    message: `Could not get some ${object.type.singular.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`,
    context: { ids },
  };
}

/** Finds records by id, following merges, or by a unique property, secondary emails included. */
export function finder(
  object: ObjectData,
  idProperty: string | undefined,
  archived = false,
): (id: string) => StoredRecord | undefined {
  const { records } = object;
  if (idProperty === undefined || idProperty === 'hs_object_id')
    return archived ? (id) => records.archived.get(recordId(id)) : (id) => records.find(recordId(id));
  requireUnique(object, idProperty);
  return archived ? () => undefined : (id) => records.findByKey(idProperty, object.portal.uniqueKey(id));
}

export function requireUnique(object: ObjectData, idProperty: string): void {
  if (object.records.hasKey(idProperty)) return;
  const { portalId } = object.portal.settings.account;
  throw new Refusal(
    invalid(
      `Unable to perform update/upsert by non-unique ${object.type.typeId} property ${idProperty} in portal ID ${portalId}`,
    ),
  );
}
