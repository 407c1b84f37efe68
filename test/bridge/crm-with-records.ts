import type { PropertyDefinition } from '../../src/crm/crm.ts';
import { type FakeCrm, fakeCrm } from '../support/fake-crm.ts';
import { shippedWith } from '../support/shipped-mappings.ts';
import { startApp as startAnyApp } from '../support/start-app.ts';

/** An app whose updates return no values, so that their answers are about what was written alone. */
export const startApp: typeof startAnyApp = (crm, { deps, settings = {} } = {}) =>
  startAnyApp(crm, { deps: { mappings: shippedWith('contacts', () => {}), ...deps }, settings });

/** A CRM with one contact and one company, whose updates are what the tests look at. */
export function crmWithRecords(options: Parameters<typeof fakeCrm>[0] = {}): FakeCrm {
  const crm = fakeCrm(options);
  crm.put('contacts', { id: '1', properties: { email: 'ada@example.com' } });
  crm.put('contacts', { id: '2', properties: { email: 'grace@example.com' } });
  crm.put('companies', { id: '9', properties: { name: 'Acme' } });
  return crm;
}

export const update = (...contacts: object[]) => ['PUT', '/contacts', { contacts }] as const;

export const valuesOf = (crm: FakeCrm, id = '1') => crm.records.get('contacts')?.get(id)?.properties;

export const countOf = (crm: FakeCrm, method: string) => crm.calls.filter((call) => call.method === method).length;

export function define(crm: FakeCrm, definition: Partial<PropertyDefinition> & { name: string }): void {
  const anyOther = crm.definitionsOf('contacts').get('email');
  if (anyOther === undefined) throw new Error('the fake has no property email');
  crm.definitionsOf('contacts').set(definition.name, { ...anyOther, label: definition.name, ...definition });
}
