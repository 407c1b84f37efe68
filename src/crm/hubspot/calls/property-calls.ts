/** The calls that list and create properties: bodies and responses. */
import { isObject } from '../../../json.ts';
import type { NewProperty, ObjectType, PropertyDefinition, PropertyType } from '../../crm.ts';
import type { HubSpotCall } from '../transport/hubspot-call.ts';
import { type BatchResponse, readId, readBatchResponse } from './batch-response.ts';

/** Properties per create call (HubSpot's properties guide). */
export const maxPropertiesPerCall = 100;

interface PropertyBodyInput {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly groupName: string;
  readonly type: 'string' | 'number' | 'bool' | 'date' | 'datetime';
  readonly fieldType: 'text' | 'textarea' | 'number' | 'booleancheckbox' | 'date';
  readonly hasUniqueValue?: boolean;
  readonly options?: readonly {
    readonly label: string;
    readonly value: string;
    readonly displayOrder: number;
    readonly hidden: boolean;
  }[];
}

/** HubSpot lists properties of sensitive data only for those who ask for their kind. */
export const sensitivities = ['sensitive', 'highly_sensitive'] as const;
export type Sensitivity = (typeof sensitivities)[number];

export interface PropertyListing {
  readonly archived: boolean;
  readonly sensitivity?: Sensitivity;
}

export function listProperties(
  objectType: ObjectType,
  { archived, sensitivity }: PropertyListing,
): HubSpotCall<readonly PropertyDefinition[]> {
  const kind = sensitivity === undefined ? '' : `&dataSensitivity=${sensitivity}`;
  return {
    purpose: `list ${archived ? 'archived ' : ''}${sensitivity === undefined ? '' : 'sensitive '}properties of ${objectType}`,
    lane: 'burst',
    repeat: 'always',
    request: (api) => ({ method: 'GET', path: `${api.properties(objectType)}?archived=${archived}${kind}` }),
    read: (body) => readBatchResponse(body, readDefinition).results,
  };
}

/** Returns which of the properties exist with this sensitivity. The dated versions require all three members. */
export function readPropertyBatch(
  objectType: ObjectType,
  names: readonly string[],
  dataSensitivity: Sensitivity,
): HubSpotCall<readonly string[]> {
  const body = { archived: false, dataSensitivity, inputs: names.map((name) => ({ name })) };
  return {
    purpose: `read sensitive properties of ${objectType}`,
    lane: 'burst',
    repeat: 'always',
    request: (api) => ({ method: 'POST', path: `${api.properties(objectType)}/batch/read`, body }),
    read: (answer) => readBatchResponse(answer, nameOf).results,
  };
}

/** Returns the names of the created properties. Repeatable: creating the same name again returns an "already exists" error. */
export function createPropertyBatch(
  objectType: ObjectType,
  properties: readonly NewProperty[],
): HubSpotCall<BatchResponse<string>> {
  const inputs = properties.map(bodyOf);
  return {
    purpose: `create properties of ${objectType}`,
    lane: 'burst',
    repeat: 'always',
    request: (api) => ({ method: 'POST', path: `${api.properties(objectType)}/batch/create`, body: { inputs } }),
    read: (body) => readBatchResponse(body, nameOf),
  };
}

export function createPropertyGroup(objectType: ObjectType, name: string): HubSpotCall<void> {
  const group = { name, label: labelOf(name), displayOrder: -1 };
  return {
    purpose: `create property group of ${objectType}`,
    lane: 'burst',
    repeat: 'always',
    request: (api) => ({ method: 'POST', path: `${api.properties(objectType)}/groups`, body: group }),
    read: () => undefined,
  };
}

/** Types listed in HubSpot's properties guide; a type without a counterpart in the port is `other`. */
const propertyTypes: Readonly<Record<string, PropertyType>> = {
  string: 'text',
  phone_number: 'text',
  number: 'number',
  bool: 'bool',
  date: 'date',
  datetime: 'datetime',
  enumeration: 'enum',
};

function readDefinition(value: unknown): PropertyDefinition | undefined {
  if (!isObject(value) || typeof value.name !== 'string' || typeof value.type !== 'string') return undefined;
  const metadata = isObject(value.modificationMetadata) ? value.modificationMetadata : {};
  const fieldType = typeof value.fieldType === 'string' ? value.fieldType : '';
  const options = Array.isArray(value.options) ? value.options.flatMap(readOption) : [];
  const isCalculated = value.calculated === true || fieldType === 'calculation_equation';
  return {
    name: value.name,
    label: typeof value.label === 'string' ? value.label : value.name,
    ...(typeof value.description === 'string' && value.description !== '' && { description: value.description }),
    type: Object.hasOwn(propertyTypes, value.type) ? (propertyTypes[value.type] ?? 'other') : 'other',
    isMultiple: value.type === 'enumeration' && fieldType === 'checkbox',
    isLong: fieldType === 'textarea' || fieldType === 'html',
    options,
    // Company lifecycle stages are recorded as external although they are listed.
    hasExternalOptions: value.externalOptions === true && options.length === 0,
    isReadOnly: metadata.readOnlyValue === true || isCalculated,
    isCalculated,
    isArchived: value.archived === true,
    isUnique: value.hasUniqueValue === true,
    group: typeof value.groupName === 'string' ? value.groupName : '',
    ...(value.hubspotDefined !== true && { isCustom: true }),
  };
}

function readOption(value: unknown): { value: string; label: string; isHidden?: boolean }[] {
  if (!isObject(value)) return [];
  const option = readId(value.value);
  if (option === undefined) return [];
  const label = typeof value.label === 'string' ? value.label : option;
  return [{ value: option, label, ...(value.hidden === true && { isHidden: true }) }];
}

function nameOf(value: unknown): string | undefined {
  return isObject(value) && typeof value.name === 'string' ? value.name : undefined;
}

function labelOf(group: string): string {
  return group.charAt(0).toUpperCase() + group.slice(1).replaceAll('_', ' ');
}

/** Types and field types as HubSpot's properties guide pairs them; a bool needs exactly these two options. */
function bodyOf(property: NewProperty): PropertyBodyInput {
  const { name, label, description, group } = property;
  return {
    name,
    label,
    description,
    groupName: group,
    ...fieldOfType[property.type],
    ...(property.type === 'text' && property.isLong && { fieldType: 'textarea' as const }),
    ...(property.isUnique && { hasUniqueValue: true }),
  };
}

const fieldOfType: Readonly<Record<NewProperty['type'], Pick<PropertyBodyInput, 'type' | 'fieldType' | 'options'>>> = {
  text: { type: 'string', fieldType: 'text' },
  number: { type: 'number', fieldType: 'number' },
  bool: {
    type: 'bool',
    fieldType: 'booleancheckbox',
    options: [
      { label: 'Yes', value: 'true', displayOrder: 0, hidden: false },
      { label: 'No', value: 'false', displayOrder: 1, hidden: false },
    ],
  },
  date: { type: 'date', fieldType: 'date' },
  datetime: { type: 'datetime', fieldType: 'date' },
};
