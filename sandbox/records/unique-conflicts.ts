import { conflict, invalid, type Problem } from '../http/problem-body.ts';
import type { ObjectData } from '../portal.ts';
import { additionalEmails } from './normalize.ts';
import type { StoredRecord } from './record-store.ts';
import type { Values } from './validate-properties.ts';

/** Unique values that earlier inputs of a call will take, so that a whole batch can be checked before anything is written. */
export type TakenValues = Map<string, number | 'new'>;

/** Values on their way to a record; a create has none yet. */
interface Change {
  readonly values: Values;
  readonly record?: StoredRecord;
}

type Update = Required<Change>;

/** Another holder of a value that must be unique. */
interface Clash {
  readonly property: string;
  readonly value: string;
  readonly holder: number | 'new';
}

/** What is wrong with the unique values of a new record. */
export function conflictOnCreate(object: ObjectData, values: Values, claims?: TakenValues): Problem | undefined {
  const { switches } = object.portal;
  const { blockedEmails } = object.records;
  const email = values.get('email');
  if (object.type.name === 'contacts' && email) {
    if (blockedEmails.has(email))
      return invalid(`Email address ${email} is blocked: its contact was permanently deleted`);
  }
  const clash = findClash(object, { values }, claims);
  if (!clash) return undefined;
  if (clash.property === 'email') return emailTaken(clash.holder);
  return switches.uniqueConflictOnCreate === 'conflict'
    ? conflict(`${titleOf(object)} already exists.${existingId(clash.holder)}`, inputContext(clash.holder))
    : valueTaken(object, clash, object.records.nextId);
}

/** What is wrong with unique values that a record is to get. */
export function conflictOnUpdate(object: ObjectData, change: Update, claims?: TakenValues): Problem | undefined {
  const clash = findClash(object, change, claims);
  return clash && valueTaken(object, clash, change.record.id);
}

/** Notes the unique values of an input as taken. */
export function claim(object: ObjectData, { values, record }: Change, claims: TakenValues): void {
  for (const { property, key } of uniqueKeys(object, values)) claims.set(`${property}\n${key}`, record?.id ?? 'new');
}

function findClash(object: ObjectData, { values, record }: Change, claims: TakenValues | undefined): Clash | undefined {
  for (const { property, key } of uniqueKeys(object, values)) {
    const holder = object.records.findByKey(property, key)?.id ?? claims?.get(`${property}\n${key}`);
    if (holder !== undefined && holder !== record?.id) return { property, value: key, holder };
  }
  return undefined;
}

/** The unique values among the given ones; a contact's secondary emails count as its email. */
function uniqueKeys(object: ObjectData, values: Values): { property: string; key: string }[] {
  const keys: { property: string; key: string }[] = [];
  for (const [property, value] of values) {
    if (property === 'hs_additional_emails')
      keys.push(...additionalEmails(value).map((key) => ({ property: 'email', key })));
    else if (value !== '' && object.records.hasKey(property))
      keys.push({ property, key: object.portal.uniqueKey(value) });
  }
  return keys;
}

function emailTaken(holder: number | 'new'): Problem {
  return conflict(`Contact already exists.${existingId(holder)}`, inputContext(holder));
}

function existingId(holder: number | 'new'): string {
  return holder === 'new' ? '' : ` Existing ID: ${holder}`;
}

function inputContext(holder: number | 'new'): Partial<Problem> {
  return holder === 'new' ? {} : { inputContext: { existingId: [String(holder)] } };
}

/** The first id is the record being written, the second one the holder. */
function valueTaken(object: ObjectData, clash: Clash, self: number): Problem {
  const { portalId } = object.portal.settings.account;
  return invalid(
    `Cannot set PropertyValueCoordinates{portalId=${portalId}, objectTypeId=${object.type.typeId}, propertyName=${clash.property}, value=${clash.value}} on ${self}. ${clash.holder} already has that value.`,
    {
      errors: [
        {
          message: 'The value is taken by another record',
          code: 'CONFLICTING_UNIQUE_VALUE',
          context: { propertyName: [clash.property] },
        },
      ],
    },
  );
}

function titleOf(object: ObjectData): string {
  return object.type.singular.charAt(0).toUpperCase() + object.type.singular.slice(1);
}
