import { formatInstant } from '../clock.ts';
import type { ObjectName } from '../object-types.ts';
import { phoneDigits } from './phone-digits.ts';
import type { RecordVersion } from './record-store.ts';

/** What a computed value may depend on in addition to the record's own values. */
export interface ComputeContext {
  now(): number;
  stored(version: RecordVersion, property: string): string | undefined;
  countLinks(version: RecordVersion, to: ObjectName): number;
  /** The first linked record whose link has this type. */
  firstLink(version: RecordVersion, to: ObjectName, typeId: number): number | undefined;
}

type Compute = (version: RecordVersion, context: ComputeContext) => string | null;

const onEvery: Record<string, Compute> = {
  hs_object_id: ({ record }) => String(record.id),
  hs_object_source: () => 'INTEGRATION',
  hs_object_source_label: () => 'INTEGRATION',
  hs_object_source_id: () => '18221010',
};

const onActivities: Record<string, Compute> = {
  ...onEvery,
  hs_createdate: ({ record }) => formatInstant(record.createdAt),
  hs_lastmodifieddate: ({ updatedAt }) => formatInstant(updatedAt),
};

const digitsOf =
  (property: string, kind: 'national' | 'international'): Compute =>
  (version, { stored }) =>
    phoneDigits(stored(version, property) ?? '')[kind] || null;

const isPastDue: Compute = (version, { stored, now }) => {
  const due = Date.parse(stored(version, 'hs_timestamp') ?? '');
  return String(due < now() && stored(version, 'hs_task_status') !== 'COMPLETED');
};

/** Values that HubSpot derives; computed when read, so they cost no memory. A stored value goes before them. */
export const computedValues: Record<ObjectName, Readonly<Record<string, Compute>>> = {
  contacts: {
    ...onEvery,
    createdate: ({ record }) => formatInstant(record.createdAt),
    lastmodifieddate: ({ updatedAt }) => formatInstant(updatedAt),
    num_notes: (version, { countLinks }) => String(countLinks(version, 'notes')),
    hs_is_contact: () => 'true',
    hs_is_unworked: () => 'true',
    hs_pipeline: () => 'contacts-lifecycle-pipeline',
    hs_all_contact_vids: ({ record }) => String(record.id),
    // Type 1 marks a contact's primary company.
    associatedcompanyid: (version, { firstLink }) => firstLink(version, 'companies', 1)?.toString() ?? null,
    hs_email_domain: (version, { stored }) => stored(version, 'email')?.split('@')[1] ?? null,
    hs_full_name_or_email: (version, { stored }) =>
      [stored(version, 'firstname'), stored(version, 'lastname')].filter(Boolean).join(' ') ||
      stored(version, 'email') ||
      null,
    hs_searchable_calculated_phone_number: digitsOf('phone', 'national'),
    hs_searchable_calculated_mobile_number: digitsOf('mobilephone', 'national'),
    hs_searchable_calculated_international_phone_number: digitsOf('phone', 'international'),
    hs_searchable_calculated_international_mobile_number: digitsOf('mobilephone', 'international'),
  },
  companies: {
    ...onEvery,
    createdate: ({ record }) => formatInstant(record.createdAt),
    hs_lastmodifieddate: ({ updatedAt }) => formatInstant(updatedAt),
    hs_pipeline: () => 'companies-lifecycle-pipeline',
    hs_task_label: (version, { stored }) => stored(version, 'name') ?? null,
    hs_num_child_companies: () => '0',
    num_notes: (version, { countLinks }) => String(countLinks(version, 'notes')),
    num_associated_contacts: (version, { countLinks }) => String(countLinks(version, 'contacts')),
  },
  tasks: {
    ...onActivities,
    hs_task_is_completed: (version, { stored }) => (stored(version, 'hs_task_status') === 'COMPLETED' ? '1' : '0'),
    hs_task_is_overdue: isPastDue,
    hs_task_is_past_due_date: isPastDue,
    hs_task_family: () => 'SALES',
    hs_task_for_object_type: () => 'OWNER',
  },
  emails: onActivities,
  communications: onActivities,
  notes: onActivities,
};

/** Computed from the clock or from links: they change without a write, so the search index cannot store them. */
export const volatileProperties: ReadonlySet<string> = new Set([
  'associatedcompanyid',
  'num_associated_contacts',
  'num_notes',
  'hs_task_is_overdue',
  'hs_task_is_past_due_date',
]);
