export type PropertyType =
  | 'string'
  | 'number'
  | 'bool'
  | 'enumeration'
  | 'date'
  | 'datetime'
  | 'phone_number'
  | 'json'
  | 'object_coordinates';

export interface PropertyOption {
  readonly label: string;
  readonly value: string;
  readonly displayOrder: number;
  readonly hidden: boolean;
  readonly description?: string;
}

/** A property of a portal as the sandbox keeps it; `properties/property-json.ts` turns it into HubSpot's answer. */
export interface PropertyDefinition {
  readonly name: string;
  readonly label: string;
  readonly type: PropertyType;
  readonly fieldType: string;
  readonly groupName: string;
  readonly description: string;
  readonly options: readonly PropertyOption[];
  readonly displayOrder: number;
  readonly hasUniqueValue: boolean;
  readonly hidden: boolean;
  readonly formField: boolean;
  readonly calculated: boolean;
  readonly externalOptions: boolean;
  readonly referencedObjectType?: string;
  readonly hubspotDefined: boolean;
  readonly readOnlyValue: boolean;
  /** Non-sensitive unless given. */
  readonly dataSensitivity?: DataSensitivity;
}

export const dataSensitivities = ['non_sensitive', 'sensitive', 'highly_sensitive'] as const;
export type DataSensitivity = (typeof dataSensitivities)[number];

export interface GroupDefinition {
  readonly name: string;
  readonly label: string;
}

type Extra = Partial<Omit<PropertyDefinition, 'name' | 'label'>>;
type Row = (name: string, label: string, extra?: Extra) => PropertyDefinition;

function rowOf(type: PropertyType, fieldType: string): Row {
  return (name, label, extra) => ({
    name,
    label,
    type,
    fieldType,
    groupName: '',
    description: '',
    options: [],
    displayOrder: -1,
    hasUniqueValue: false,
    hidden: false,
    formField: false,
    calculated: false,
    externalOptions: false,
    hubspotDefined: true,
    readOnlyValue: false,
    ...extra,
  });
}

export const singleLine = rowOf('string', 'text');
export const textarea = rowOf('string', 'textarea');
export const richText = rowOf('string', 'html');
export const phone = rowOf('phone_number', 'phonenumber');
export const number = rowOf('number', 'number');
export const datetime = rowOf('datetime', 'date');
export const json = rowOf('json', 'text');
export const coordinates = rowOf('object_coordinates', 'text');

/** Yes/no, with the two options that HubSpot asks for. */
export const bool: Row = (name, label, extra) =>
  rowOf('bool', 'booleancheckbox')(name, label, { options: optionsOf(['true=True', 'false=False']), ...extra });

/** Options are written `VALUE=Label`, or `VALUE` when the label can be derived from it. */
// biome-ignore lint/complexity/useMaxParams: definitions are tables, and a row reads in columns
export const select = (name: string, label: string, options: readonly string[], extra?: Extra): PropertyDefinition =>
  rowOf('enumeration', 'select')(name, label, { options: optionsOf(options), ...extra });

/** Several values at once, joined by `;`. */
// biome-ignore lint/complexity/useMaxParams: definitions are tables, and a row reads in columns
export const checkbox = (name: string, label: string, options: readonly string[], extra?: Extra): PropertyDefinition =>
  rowOf('enumeration', 'checkbox')(name, label, { options: optionsOf(options), ...extra });

/** The value is an owner's id; the definition lists no options, they live in the owners API. */
export const owner = (name: string, label: string, extra?: Extra): PropertyDefinition =>
  rowOf('enumeration', 'select')(name, label, { externalOptions: true, referencedObjectType: 'OWNER', ...extra });

/** Puts rows into their group. */
export function inGroup(groupName: string, rows: readonly PropertyDefinition[]): PropertyDefinition[] {
  return rows.map((row) => ({ ...row, groupName }));
}

/** Kept by HubSpot: writing is refused with READ_ONLY_VALUE. */
export function readOnly(rows: readonly PropertyDefinition[]): PropertyDefinition[] {
  return rows.map((row) => ({ ...row, readOnlyValue: true }));
}

/** Derived from other values: read-only, and `calculated` in the definition. */
export function calculated(rows: readonly PropertyDefinition[]): PropertyDefinition[] {
  return rows.map((row) => ({ ...row, readOnlyValue: true, calculated: true }));
}

function optionsOf(rows: readonly string[]): PropertyOption[] {
  return rows.map((row, displayOrder) => {
    const [value = row, label] = row.split('=');
    return { value, label: label ?? labelOf(value), displayOrder, hidden: false };
  });
}

function labelOf(value: string): string {
  return value
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
