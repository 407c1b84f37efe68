import { startCrm } from './start-bridge.ts';

const choice = (name: string, fieldType: 'select' | 'checkbox', options: Readonly<Record<string, string>>) => ({
  name,
  type: 'enumeration',
  fieldType,
  options: Object.entries(options).map(([value, label], displayOrder) => ({ value, label, displayOrder })),
});
const plain = (name: string, type: string, fieldType: string) => ({ name, type, fieldType });
const yesNo = (name: string) => ({
  ...choice(name, 'select', { true: 'Ja', false: 'Nein' }),
  type: 'bool',
  fieldType: 'booleancheckbox',
});
const industries = {
  software: 'Software und IT',
  maschinenbau: 'Maschinenbau',
  automobil: 'Automobil',
  sonstige: 'Sonstige',
};

/** What the portal of mappings/examples/german-portal has beyond HubSpot's own properties. */
export const portal = {
  contacts: [
    plain('linkedin_profil', 'string', 'text'),
    plain('ort', 'string', 'text'),
    choice('unternehmensgroesse', 'select', {
      klein: 'Klein',
      mittel: 'Mittel',
      gross: 'Groß',
      konzern: 'Konzern',
      unbekannt: 'Unbekannt',
    }),
    choice('branche', 'select', industries),
    yesNo('email_geprueft'),
    choice('gespraechsthemen', 'checkbox', {
      preise: 'Preise',
      schnittstellen: 'Schnittstellen',
      datenschutz: 'Datenschutz',
    }),
    plain('enginy_profiltext', 'string', 'textarea'),
    choice('lead_quelle', 'select', { messe: 'Messe', enginy: 'Enginy' }),
    plain('lead_score_vertrieb', 'number', 'number'),
    plain('letzter_termin', 'datetime', 'date'),
    yesNo('newsletter'),
    plain('kunde_seit', 'date', 'date'),
  ],
  companies: [
    plain('linkedin_seite', 'string', 'text'),
    choice('branche', 'select', industries),
    plain('gruendungsjahr', 'string', 'text'),
    choice('abc_klasse', 'select', { A: 'A-Kunde', B: 'B-Kunde', C: 'C-Kunde' }),
    choice('lead_quelle', 'select', { messe: 'Messe', enginy: 'Enginy' }),
    plain('lead_score_firma', 'number', 'number'),
  ],
} as const;

/** An embedded CRM with these properties. */
export async function startGermanPortal() {
  const crm = await startCrm();
  const headers = { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' };
  for (const [object, definitions] of Object.entries(portal)) {
    const groupName = object === 'contacts' ? 'contactinformation' : 'companyinformation';
    const inputs = definitions.map((definition) => ({ label: definition.name, groupName, ...definition }));
    const path = `/crm/v3/properties/${object}/batch/create`;
    const answer = await fetch(`${crm.url}${path}`, { method: 'POST', headers, body: JSON.stringify({ inputs }) });
    if (answer.status !== 201) throw new Error(`the properties of ${object} were not created: ${answer.status}`);
  }
  return crm;
}
