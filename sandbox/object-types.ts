import {
  communicationGroups,
  communicationProperties,
  emailGroups,
  emailProperties,
  noteGroups,
  noteProperties,
  taskGroups,
  taskProperties,
} from './definitions/timeline-objects.ts';
import { companyGroups, companyProperties } from './definitions/companies.ts';
import { contactGroups, contactProperties } from './definitions/contacts.ts';
import type { GroupDefinition, PropertyDefinition } from './definitions/property-definition.ts';

export type ObjectName = 'contacts' | 'companies' | 'tasks' | 'emails' | 'communications' | 'notes';

/** What differs from object to object; everything else is the same code. */
export interface ObjectType {
  readonly name: ObjectName;
  readonly singular: string;
  readonly typeId: string;
  readonly properties: readonly PropertyDefinition[];
  readonly groups: readonly GroupDefinition[];
  /** Returned when `properties` is not given. */
  readonly defaultProperties: readonly string[];
  /** Added to the answer of an update, besides what was written. */
  readonly addedToUpdates: readonly string[];
  readonly createdProperty: string;
  readonly modifiedProperty: string;
  /** Without all of these a create is refused. */
  readonly required: readonly string[];
  readonly readScopes: readonly string[];
  readonly writeScopes: readonly string[];
  readonly schemaScopes: { readonly read: string; readonly write: string };
  /** First record id, far above 32 bits as HubSpot's are. */
  readonly firstId: number;
  /** Searched by the free-text `query`. */
  readonly searchable: readonly string[];
}

const source = ['hs_object_source', 'hs_object_source_id', 'hs_object_source_label'];
const taskCompletion = ['hs_task_is_completed', 'hs_task_completion_date'];

type ActivityType = Omit<
  ObjectType,
  | 'defaultProperties'
  | 'addedToUpdates'
  | 'createdProperty'
  | 'modifiedProperty'
  | 'readScopes'
  | 'writeScopes'
  | 'schemaScopes'
>;

const activity = (own: ActivityType): ObjectType => ({
  defaultProperties: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
  createdProperty: 'hs_createdate',
  modifiedProperty: 'hs_lastmodifieddate',
  readScopes: ['crm.objects.contacts.read'],
  writeScopes: ['crm.objects.contacts.write'],
  schemaScopes: { read: `crm.schemas.${own.name}.read`, write: `crm.schemas.${own.name}.write` },
  addedToUpdates: own.name === 'tasks' ? [...source, ...taskCompletion] : source,
  ...own,
});

export const objectTypes: readonly ObjectType[] = [
  {
    name: 'contacts',
    singular: 'contact',
    typeId: '0-1',
    properties: contactProperties,
    groups: contactGroups,
    defaultProperties: ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'],
    addedToUpdates: [...source, 'hs_is_unworked', 'hs_pipeline', 'lifecyclestage'],
    createdProperty: 'createdate',
    modifiedProperty: 'lastmodifieddate',
    required: [],
    readScopes: ['crm.objects.contacts.read'],
    writeScopes: ['crm.objects.contacts.write'],
    schemaScopes: { read: 'crm.schemas.contacts.read', write: 'crm.schemas.contacts.write' },
    firstId: 734_931_000_001,
    searchable: [
      'firstname',
      'lastname',
      'email',
      'phone',
      'mobilephone',
      'fax',
      'company',
      'hs_additional_emails',
      'hs_marketable_until_renewal',
    ],
  },
  {
    name: 'companies',
    singular: 'company',
    typeId: '0-2',
    properties: companyProperties,
    groups: companyGroups,
    defaultProperties: ['createdate', 'domain', 'hs_lastmodifieddate', 'hs_object_id', 'name'],
    addedToUpdates: [...source, 'hs_pipeline', 'hs_task_label', 'lifecyclestage'],
    createdProperty: 'createdate',
    modifiedProperty: 'hs_lastmodifieddate',
    required: [],
    readScopes: ['crm.objects.companies.read'],
    writeScopes: ['crm.objects.companies.write'],
    schemaScopes: { read: 'crm.schemas.companies.read', write: 'crm.schemas.companies.write' },
    firstId: 421_369_000_001,
    searchable: ['name', 'domain', 'website', 'phone'],
  },
  activity({
    name: 'tasks',
    singular: 'task',
    typeId: '0-27',
    firstId: 477_970_000_001,
    properties: taskProperties,
    groups: taskGroups,
    required: ['hs_timestamp'],
    searchable: ['hs_task_subject', 'hs_task_body'],
  }),
  activity({
    name: 'emails',
    singular: 'email',
    typeId: '0-49',
    firstId: 488_010_000_001,
    properties: emailProperties,
    groups: emailGroups,
    required: ['hs_timestamp'],
    searchable: ['hs_email_subject'],
  }),
  activity({
    name: 'communications',
    singular: 'communication',
    typeId: '0-18',
    firstId: 499_020_000_001,
    properties: communicationProperties,
    groups: communicationGroups,
    required: ['hs_timestamp', 'hs_communication_channel_type', 'hs_communication_logged_from'],
    searchable: ['hs_communication_body'],
  }),
  activity({
    name: 'notes',
    singular: 'note',
    typeId: '0-46',
    firstId: 478_016_000_001,
    properties: noteProperties,
    groups: noteGroups,
    required: ['hs_timestamp'],
    searchable: ['hs_note_body'],
  }),
];

const byPathName = new Map<string, ObjectType>(
  objectTypes.flatMap((type) => [
    [type.name, type],
    [type.singular, type],
    [type.typeId, type],
  ]),
);

/** Finds an object by plural, singular or type id, ignoring case, as HubSpot's paths do. */
export function findObjectType(pathName: string): ObjectType | undefined {
  return byPathName.get(pathName.toLowerCase());
}

export function objectTypeNamed(name: ObjectName): ObjectType {
  const type = byPathName.get(name);
  if (!type) throw new Error(`no object type ${name}`);
  return type;
}
