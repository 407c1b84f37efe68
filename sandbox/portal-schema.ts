import type { Account } from './account/account.ts';
import type { PropertyDefinition, PropertyType } from './definitions/property-definition.ts';
import type { ObjectName, ObjectType } from './object-types.ts';

/** A property of a real account, as its schema file has it. */
export interface SchemaProperty {
  readonly name: string;
  readonly label: string;
  readonly description?: string;
  readonly type: 'text' | 'number' | 'bool' | 'date' | 'datetime' | 'enum' | 'other';
  readonly isMultiple?: boolean;
  readonly isLong?: boolean;
  readonly isReadOnly?: boolean;
  readonly isCalculated?: boolean;
  readonly isUnique?: boolean;
  readonly isCustom?: boolean;
  readonly hasExternalOptions?: boolean;
  readonly group: string;
  readonly options?: readonly { readonly value: string; readonly label: string; readonly isHidden?: boolean }[];
}

/** What a real account looks like. Objects that it lacks keep the sandbox's own properties. */
export interface PortalSchema {
  readonly account: {
    readonly id: string;
    readonly name?: string;
    readonly timeZone: string;
    readonly uiDomain: string;
  };
  readonly objects: Readonly<Partial<Record<ObjectName, readonly SchemaProperty[]>>>;
  readonly associationLabels: readonly {
    readonly from: ObjectName;
    readonly to: ObjectName;
    readonly typeId: number;
    readonly label: string;
    readonly category: string;
  }[];
}

export function accountOf(schema: PortalSchema | undefined): Partial<Account> {
  if (schema === undefined) return {};
  const { id, timeZone, uiDomain } = schema.account;
  return { portalId: Number(id), timeZone, uiDomain };
}

/** The object with the properties and groups of the account instead of its own. */
export function withSchema(type: ObjectType, schema: PortalSchema | undefined): ObjectType {
  const listed = schema?.objects[type.name];
  if (listed === undefined) return type;
  const own = new Map(type.properties.map((definition) => [definition.name, definition]));
  const groups = new Map(type.groups.map((group) => [group.name, group]));
  for (const { group } of listed) if (!groups.has(group)) groups.set(group, { name: group, label: group });
  return {
    ...type,
    properties: listed.map((property) => definitionOf(property, own.get(property.name))),
    groups: [...groups.values()],
  };
}

const types: Readonly<Record<SchemaProperty['type'], readonly [PropertyType, string]>> = {
  text: ['string', 'text'],
  number: ['number', 'number'],
  bool: ['bool', 'booleancheckbox'],
  date: ['date', 'date'],
  datetime: ['datetime', 'date'],
  enum: ['enumeration', 'select'],
  other: ['json', 'text'],
};

/** Types that the file cannot distinguish from plain text and JSON are known for HubSpot's own properties. */
const finer: Readonly<Partial<Record<PropertyType, SchemaProperty['type']>>> = {
  phone_number: 'text',
  object_coordinates: 'other',
};

function definitionOf(property: SchemaProperty, own: PropertyDefinition | undefined): PropertyDefinition {
  const { name, label, isCustom } = property;
  const [type, fieldType] =
    own !== undefined && finer[own.type] === property.type ? [own.type, own.fieldType] : types[property.type];
  return {
    name,
    label,
    type,
    fieldType: property.isMultiple ? 'checkbox' : property.isLong && type === 'string' ? 'textarea' : fieldType,
    groupName: property.group,
    description: property.description ?? '',
    options: (property.options ?? []).map(({ value, label: text, isHidden }, displayOrder) => ({
      value,
      label: text,
      displayOrder,
      hidden: isHidden === true,
    })),
    displayOrder: -1,
    hasUniqueValue: property.isUnique === true,
    hidden: false,
    formField: false,
    calculated: property.isCalculated === true,
    externalOptions: property.hasExternalOptions === true,
    // Ids of other kinds (teams, say) are accepted unchanged.
    ...(own?.referencedObjectType !== undefined && { referencedObjectType: own.referencedObjectType }),
    hubspotDefined: isCustom !== true,
    readOnlyValue: property.isReadOnly === true,
  };
}
