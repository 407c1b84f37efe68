import { isObject } from '../../../json.ts';
import type { CallContext, ObjectType, PropertyDefinition, PropertyType } from '../../crm.ts';
import { idOf, readBatchAnswer } from '../calls/answers.ts';
import { listProperties } from '../calls/api.ts';
import type { Transport } from '../transport/transport.ts';

/** Property definitions by object type: read once, kept for a while, and asked for once however many ask together. */
export interface Definitions {
  of(
    objectType: ObjectType,
    context: CallContext,
    options?: { readonly refresh?: boolean; readonly archived?: boolean },
  ): Promise<readonly PropertyDefinition[]>;
  forget(objectType: ObjectType): void;
}

const FRESH_FOR_MS = 10 * 60_000;

interface Entry {
  readonly at: number;
  readonly definitions: Promise<readonly PropertyDefinition[]>;
  isSettled: boolean;
}

export function createDefinitions(transport: Transport, now: () => number = () => performance.now()): Definitions {
  const entries = new Map<string, Entry>();

  function load(objectType: ObjectType, archived: boolean, key: string, context: CallContext): Entry {
    const entry: Entry = {
      at: now(),
      isSettled: false,
      definitions: readDefinitions(transport, objectType, archived, context).then(
        (definitions) => {
          entry.isSettled = true;
          return definitions;
        },
        (error: unknown) => {
          // A failure is not kept: the next one asks again.
          if (entries.get(key) === entry) entries.delete(key);
          throw error;
        },
      ),
    };
    entries.set(key, entry);
    return entry;
  }

  return {
    of(objectType, context, { refresh = false, archived = false } = {}) {
      const key = `${objectType}|${archived}`;
      const known = entries.get(key);
      // A reading under way is as fresh as a new one, give or take its duration.
      const isUsable = known !== undefined && (!known.isSettled || (!refresh && now() - known.at < FRESH_FOR_MS));
      return (isUsable ? known : load(objectType, archived, key, context)).definitions;
    },
    forget(objectType) {
      for (const archived of [true, false]) entries.delete(`${objectType}|${archived}`);
    },
  };
}

async function readDefinitions(
  transport: Transport,
  objectType: ObjectType,
  archived: boolean,
  context: CallContext,
): Promise<readonly PropertyDefinition[]> {
  const { body } = await transport(listProperties(objectType, archived), context);
  return readBatchAnswer(body, readDefinition).results;
}

/** HubSpot's types of its properties guide; what has no counterpart in the port is `other`. */
const TYPES: Readonly<Record<string, PropertyType>> = {
  string: 'text',
  phone_number: 'text',
  number: 'number',
  bool: 'bool',
  date: 'date',
  datetime: 'datetime',
  enumeration: 'enum',
};

export function readDefinition(value: unknown): PropertyDefinition | undefined {
  if (!isObject(value) || typeof value.name !== 'string' || typeof value.type !== 'string') return undefined;
  const metadata = isObject(value.modificationMetadata) ? value.modificationMetadata : {};
  const fieldType = typeof value.fieldType === 'string' ? value.fieldType : '';
  const isCalculated = value.calculated === true || fieldType === 'calculation_equation';
  return {
    name: value.name,
    label: typeof value.label === 'string' ? value.label : value.name,
    ...(typeof value.description === 'string' && value.description !== '' && { description: value.description }),
    type: Object.hasOwn(TYPES, value.type) ? (TYPES[value.type] ?? 'other') : 'other',
    isMultiple: value.type === 'enumeration' && fieldType === 'checkbox',
    isLong: fieldType === 'textarea' || fieldType === 'html',
    options: Array.isArray(value.options) ? value.options.flatMap(readOption) : [],
    hasExternalOptions: value.externalOptions === true,
    isReadOnly: metadata.readOnlyValue === true || isCalculated,
    isCalculated,
    isArchived: value.archived === true,
    isUnique: value.hasUniqueValue === true,
    group: typeof value.groupName === 'string' ? value.groupName : '',
  };
}

function readOption(value: unknown): { value: string; label: string; isHidden?: boolean }[] {
  if (!isObject(value)) return [];
  const option = idOf(value.value);
  if (option === undefined) return [];
  const label = typeof value.label === 'string' ? value.label : option;
  return [{ value: option, label, ...(value.hidden === true && { isHidden: true }) }];
}
