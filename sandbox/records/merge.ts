import { type Answer, noContent, okText } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { asObject, optionalString, requiredString } from '../http/read-json.ts';
import { invalid, notFound, Refusal } from '../http/problem-body.ts';
import type { ObjectData } from '../portal.ts';
import { finder } from './batch-read.ts';
import { additionalEmails } from './normalize.ts';
import { objectOfCall, recordId } from './object-of-call.ts';
import type { StoredRecord } from './record-store.ts';
import { recordText, shownProperties } from './record-text.ts';
import type { Values } from './validate-properties.ts';

/** A record takes up at most this many others (HubSpot's merge guide). */
const maxMerges = 250;

/** `POST …/merge {primaryObjectId, objectIdToMerge}`. */
export function merge(call: Call): Answer {
  const object = objectOfCall(call);
  const body = asObject(call.body ?? {});
  const primary = object.records.find(recordId(requiredString(body, 'primaryObjectId')));
  const other = object.records.find(recordId(requiredString(body, 'objectIdToMerge')));
  if (!primary || !other) throw new Refusal(notFound());
  if (primary === other) throw new Refusal(invalid('A record cannot be merged with itself'));
  const survivor = mergeRecords(object, primary, other);
  return okText(recordText(object, survivor.version, shownProperties(object, [], call.portal.now)));
}

/** Folds one record into another: its address becomes a secondary one, its links move, and its id returns the survivor. */
export function mergeRecords(object: ObjectData, primary: StoredRecord, other: StoredRecord): StoredRecord {
  const { records } = object;
  const read = (record: StoredRecord, name: string) => records.stored(record.version, name) ?? '';
  const merged = read(primary, 'hs_merged_object_ids').split(';').filter(Boolean);
  if (merged.length >= maxMerges) throw new Refusal({ status: 414, message: 'The record has been merged too often' });
  const values: Values = new Map();
  for (const name of records.storedNames(other.version))
    if (read(primary, name) === '' && read(other, name) !== '' && name !== 'email') values.set(name, read(other, name));
  if (object.type.name === 'contacts')
    for (const [name, value] of foldedAddresses(object, primary, other)) values.set(name, value);
  const folded = [...merged, String(other.id)];
  values.set('hs_merged_object_ids', folded.join(';'));
  if (object.type.name === 'contacts')
    values.set('hs_calculated_merged_vids', folded.map((id) => `${id}:${object.portal.now}`).join(';'));

  take(object, other, primary);
  records.update(primary, values, object.portal.now);
  return primary;
}

/** The address and the secondary addresses of the survivor. */
function foldedAddresses({ records }: ObjectData, primary: StoredRecord, other: StoredRecord): Values {
  const read = ({ version }: StoredRecord, name: string) => records.stored(version, name) ?? '';
  const values: Values = new Map();
  const email = read(primary, 'email') || read(other, 'email');
  if (email) values.set('email', email);
  const secondary = [primary, other].flatMap((record) => [
    read(record, 'email'),
    ...additionalEmails(read(record, 'hs_additional_emails')),
  ]);
  const list = [...new Set(secondary)].filter((address) => address !== '' && address !== email);
  if (list.length > 0) values.set('hs_additional_emails', list.join(';'));
  return values;
}

function take(object: ObjectData, from: StoredRecord, into: StoredRecord): void {
  const type = object.type.name;
  object.records.remove(from, object.portal.now);
  object.records.forwards.set(from.id, into.id);
  object.portal.associations.move({ type, id: from.id }, { type, id: into.id });
}

/** `POST …/gdpr-delete {objectId, idProperty?}`: deletes permanently, and puts the address on the block list. */
export function gdprDelete(call: Call): Answer {
  const { portal } = call;
  const object = objectOfCall(call);
  const body = asObject(call.body ?? {});
  const idProperty = optionalString(body, 'idProperty');
  const id = requiredString(body, 'objectId');
  const record = finder(object, idProperty)(id);
  if (record) {
    const email = object.records.stored(record.version, 'email');
    portal.associations.removeAll({ type: object.type.name, id: record.id });
    object.records.remove(record, portal.now);
    if (email) object.records.blockedEmails.add(email);
  }
  return noContent;
}
