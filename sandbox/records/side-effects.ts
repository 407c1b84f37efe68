import type { End, Ends } from '../associations/association-store.ts';
import { associationType, defaultAssociationType } from '../associations/association-types.ts';
import { formatInstant } from '../clock.ts';
import type { ObjectData, Portal } from '../portal.ts';
import { isMailProvider } from './normalize.ts';
import type { StoredRecord } from './record-store.ts';
import type { Values } from './validate-properties.ts';

/** Values that HubSpot fills in when a record is created. */
export function fillDefaults(object: ObjectData, values: Values): void {
  const { name } = object.type;
  if (name === 'contacts' || name === 'companies') {
    if (object.portal.switches.createdLifecycleStage === 'lead' && !values.get('lifecyclestage'))
      values.set('lifecyclestage', 'lead');
  }
  const domain = values.get('domain');
  if (name === 'companies' && domain && !values.get('website')) values.set('website', domain);
  if (name === 'tasks' && !values.get('hs_task_status')) values.set('hs_task_status', 'NOT_STARTED');
}

/** Values that follow from those being written; also drops what HubSpot silently does not apply. */
export function applyRules(object: ObjectData, values: Values, record: StoredRecord | undefined): void {
  const before = (property: string) => (record ? (object.records.stored(record.version, property) ?? '') : '');
  if (isBackward(object, before('lifecyclestage'), values.get('lifecyclestage'))) values.delete('lifecyclestage');
  appendToLists(object, values, before);
  const { name } = object.type;
  const email = values.get('email');
  if (name === 'contacts' && email) promoteAddress(values, email, before('hs_additional_emails'));
  const owner = values.get('hubspot_owner_id');
  if (owner && owner !== before('hubspot_owner_id'))
    values.set('hubspot_owner_assigneddate', formatInstant(object.portal.now));
  if (name === 'tasks') stampCompletion(object.portal, values, before('hs_task_status'));
  const headers = values.get('hs_email_headers');
  if (name === 'emails' && headers) spreadHeaders(values, headers);
}

/** Makes the first company of a contact its primary one. */
export function linkEnds(portal: Portal, { from, to }: Ends, typeIds?: readonly number[]): void {
  const types = (typeIds ?? []).map((typeId) => associationType(from.type, to.type, typeId));
  const wanted = typeIds === undefined ? [defaultAssociationType(from.type, to.type)] : types;
  for (const type of wanted) if (type) portal.associations.add(from, to, type);
  markFirstCompany(portal, from, to);
}

function markFirstCompany(portal: Portal, from: End, to: End): void {
  const contact = from.type === 'contacts' ? from : to;
  const company = from.type === 'contacts' ? to : from;
  if (contact.type !== 'contacts' || company.type !== 'companies') return;
  const primary = associationType('contacts', 'companies', 1);
  const companies = portal.associations.linked(contact, 'companies');
  const hasPrimary = [...companies.values()].some((typeIds) => typeIds.has(1));
  if (primary && !hasPrimary) portal.associations.add(contact, company, primary);
}

/** Plays the account setting that creates a company from the domain of a new contact's address, independently of the integration. */
export function linkCompanyOfDomain(portal: Portal, contact: StoredRecord): void {
  if (portal.switches.companiesFromEmailDomains !== 'on') return;
  const domain = portal.value(portal.object('contacts').type, contact.version, 'hs_email_domain');
  if (!domain || isMailProvider(domain)) return;
  const companies = portal.object('companies');
  const existing = [...companies.records.live.values()].find(
    (company) => companies.records.stored(company.version, 'domain') === domain,
  );
  const company = existing ?? companies.records.insert(companyOfDomain(companies, domain), portal.now);
  linkEnds(portal, { from: { type: 'contacts', id: contact.id }, to: { type: 'companies', id: company.id } });
}

function companyOfDomain(companies: ObjectData, domain: string): Values {
  const values: Values = new Map([
    ['domain', domain],
    ['name', domain],
    ['hs_object_source', 'COMPANIES'],
    ['hs_object_source_label', 'CRM_SETTING'],
  ]);
  fillDefaults(companies, values);
  return values;
}

/** A lifecycle stage only moves forward: a step back is accepted and not applied (clearing it first works). */
function isBackward(object: ObjectData, before: string, after: string | undefined): boolean {
  if (!before || !after) return false;
  const stages = object.properties.usable('lifecyclestage', object.portal.now)?.options.map(({ value }) => value) ?? [];
  return stages.indexOf(after) < stages.indexOf(before);
}

/** A leading `;` appends to a list of values instead of replacing it. */
function appendToLists(object: ObjectData, values: Values, before: (property: string) => string): void {
  for (const [name, value] of values) {
    if (!value.startsWith(';')) continue;
    if (object.properties.usable(name, object.portal.now)?.fieldType !== 'checkbox') continue;
    const parts = `${before(name)}${value}`.split(';').filter((part) => part !== '');
    values.set(name, [...new Set(parts)].join(';'));
  }
}

/** A secondary address that becomes the primary one is no longer secondary. */
function promoteAddress(values: Values, email: string, before: string): void {
  const rest = before.split(';').filter((address) => address !== '' && address !== email);
  if (rest.join(';') !== before) values.set('hs_additional_emails', rest.join(';'));
}

function stampCompletion(portal: Portal, values: Values, before: string): void {
  const after = values.get('hs_task_status');
  if (after === undefined || after === before) return;
  if (after === 'COMPLETED') values.set('hs_task_completion_date', formatInstant(portal.now));
  else if (before === 'COMPLETED') values.set('hs_task_completion_date', '');
}

/** `hs_email_headers` is JSON in text; HubSpot fills its read-only from and to properties out of it. */
function spreadHeaders(values: Values, headers: string): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(headers);
  } catch {
    // Kept as text: how HubSpot responds to headers that are not JSON is not known.
    return;
  }
  const people = (key: string): Record<string, unknown>[] => {
    const value = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, key) : undefined;
    return (Array.isArray(value) ? value : [value]).filter((person) => typeof person === 'object' && person !== null);
  };
  for (const role of ['from', 'to', 'cc', 'bcc'])
    for (const [part, property] of [
      ['email', `hs_email_${role}_email`],
      ['firstName', `hs_email_${role}_firstname`],
      ['lastName', `hs_email_${role}_lastname`],
    ] as const) {
      const texts = people(role)
        .map((person) => person[part])
        .filter((text) => typeof text === 'string' && text !== '');
      if (texts.length > 0) values.set(property, texts.join(';'));
    }
}
