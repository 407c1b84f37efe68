/** A scope of HubSpot's, and what the bridge cannot do without it. */
export interface ScopeNeed {
  readonly scope: string;
  readonly feature: string;
  /** Without it the bridge works, with less. */
  readonly isOptional?: true;
}

/** Scopes that a service key for the bridge should have (scopes reference of HubSpot's authentication guide). */
export const scopeNeeds: readonly ScopeNeed[] = [
  { scope: 'crm.objects.contacts.read', feature: 'finding contacts, tasks and activities' },
  { scope: 'crm.objects.contacts.write', feature: 'writing contacts, tasks and activities' },
  { scope: 'crm.objects.companies.read', feature: 'finding companies' },
  { scope: 'crm.objects.companies.write', feature: 'writing companies and their links' },
  { scope: 'crm.objects.owners.read', feature: 'users in Enginy, owners of records and tasks', isOptional: true },
  { scope: 'sales-email-read', feature: 'email activities', isOptional: true },
  { scope: 'crm.schemas.contacts.read', feature: 'properties of contacts' },
  { scope: 'crm.schemas.contacts.write', feature: "custom properties of contacts, Enginy's id" },
  { scope: 'crm.schemas.companies.read', feature: 'properties of companies' },
  { scope: 'crm.schemas.companies.write', feature: "custom properties of companies, Enginy's id" },
  { scope: 'crm.schemas.tasks.write', feature: 'recognizing tasks that are sent again', isOptional: true },
  { scope: 'crm.schemas.emails.write', feature: 'recognizing emails that are sent again', isOptional: true },
  { scope: 'crm.schemas.notes.write', feature: 'recognizing notes that are sent again', isOptional: true },
];
