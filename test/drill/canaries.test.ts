import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replay, startCapturing } from '../capture/capturing.ts';

/** Words that exist in no language, one per place; each is searched for in any case and form. */
const canaries: string[] = [];

function canary(place: string): string {
  const word = `Zqx${place}vkw`;
  canaries.push(word);
  return word;
}

function canaryEmail(place: string): string {
  return `${canary(place)}.first@${canary(`${place}dom`)}.co.uk`;
}

function phone(last: string): string {
  canaries.push(`600 111 ${last}`, `600111${last}`);
  return `+34 600 111 ${last}`;
}

const contact = {
  externalId: 'lead-77001',
  email: canaryEmail('cmail'),
  firstName: canary('cfirst'),
  lastName: `van ${canary('clast')}`,
  fullName: `Dr. ${canary('cfulla')} ${canary('cfullb')}`,
  phone: phone('731'),
  mobilePhone: phone('846'),
  company: `${canary('ccompany')} GmbH`,
  title: canary('ctitle'),
  linkedinUrl: `https://www.linkedin.com/in/${canary('cslug')}-1/`,
  location: canary('clocation'),
  city: canary('ccity'),
  state: canary('cstate'),
  country: canary('ccountry'),
  leadCountry: canary('cleadcountry'),
  industry: canary('cindustry'),
  companySize: canary('csize'),
  domain: `${canary('cdomain')}.com`,
  website: `https://${canary('csite')}.com/${canary('cpath')}?q=${canary('cquery')}`,
  bio: `<p title="${canary('cattr')}">${canary('cbio')} lives <!-- ${canary('ccomment')} --> here</p>`,
  description: canary('cdescription'),
  emailVerificationStatus: canary('cverification'),
  campaigns: canary('ccampaigns'),
  lastContactedBy: canary('clastby'),
  conversationTags: canary('cconversation'),
  enrichments: canary('cenrichments'),
  tags: [canary('ctag'), { deep: canary('ctagdeep') }],
  customFields: {
    note: canary('cnote'),
    nested: { list: [canary('cdeep'), 1234567], json: `{"who":"${canary('cjson')}"}` },
    birthday: '1971-03-04',
    salary: 918273645,
    iban: 'ES9121000418450200051332',
  },
  ownerId: '61000001',
  somethingNew: canary('cnew'),
  'weird name': canary('cweird'),
};
canaries.push('918273645', '450200051332');

const company = {
  externalId: 'company-77001',
  name: `${canary('kname')} Ltd`,
  domain: `www.${canary('kdomain')}.es`,
  industry: canary('kindustry'),
  numberOfEmployees: canary('kemployees'),
  linkedinUrl: `linkedin.com/company/${canary('kslug')}`,
  description: canary('kdescription'),
  location: canary('klocation'),
  revenue: canary('krevenue'),
  companyType: canary('ktype'),
  technologiesUsed: canary('ktech'),
  campaigns: canary('kcampaigns'),
  lastContactedBy: canary('klastby'),
  leadCountries: [canary('kcountries')],
  anything: { else: canary('kelse') },
};

function activity(type: string, place: string) {
  return {
    type,
    subject: `[1/3] [FROM ${canary(`${place}from`)}] ${canary(`${place}name`)}`,
    body: `<p>Hello ${canary(`${place}body`)}, write to <a href="mailto:${canaryEmail(`${place}mail`)}">me</a> at ${canaryEmail(`${place}plain`)}</p>`,
    direction: 'OUTBOUND',
    occurredAt: '2026-11-19T09:00:00Z',
    metadata: { messageId: `<${canary(`${place}id`)}@mail.example.com>`, extra: canary(`${place}extra`) },
  };
}

test('no name, text or contact detail of a person reaches a capture or the log', async () => {
  const bridge = await startCapturing({ environment: { LOG_LEVEL: 'trace' } });
  const { send, crm } = bridge;
  const seeded = crm.seed({
    owners: [
      {
        id: '61000001',
        type: 'PERSON',
        email: canaryEmail('omail'),
        firstName: canary('ofirst'),
        lastName: canary('olast'),
        userId: 1,
      },
    ],
    contacts: [
      {
        properties: {
          email: canaryEmail('smail'),
          hs_additional_emails: canaryEmail('smore'),
          firstname: canary('sfirst'),
          lastname: canary('slast'),
          phone: phone('952'),
          hs_linkedin_url: `https://www.linkedin.com/in/${canary('sslug')}`,
          city: canary('scity'),
        },
      },
    ],
  });
  const seededId = seeded.contacts[0];

  await send('POST', '/contacts/sync', { contacts: [contact] });
  const created = await send('POST', '/contacts', { contacts: [contact, { ...contact, externalId: 'lead-77002' }] });
  const crmId = created.body.results[0].crmId;
  await send('POST', '/contacts/sync', { contacts: [contact] });
  await send('PUT', '/contacts', {
    contacts: [
      { ...contact, externalId: undefined, crmId },
      { crmId: seededId, email: contact.email, lifecycleStage: canary('pstage'), hs_lead_status: canary('pstatus') },
    ],
  });
  await send('POST', '/contacts/batch', { ids: [crmId, seededId] });
  await send('POST', '/companies/sync', { companies: [company] });
  const companies = await send('POST', '/companies', { companies: [company] });
  const companyId = companies.body.results[0].crmId;
  await send('PUT', '/companies', { companies: [{ ...company, externalId: undefined, crmId: companyId }] });
  await send('POST', '/companies/batch', { ids: [companyId] });
  await send('POST', '/associations', { associations: [{ contactCRMId: canary('xlink'), companyCRMId: companyId }] });
  for (const [type, place] of [
    ['EMAIL', 'amail'],
    ['LINKEDIN', 'alinked'],
    ['LINKEDIN_INMAIL', 'ainmail'],
    ['LINKEDIN_CONNECTION', 'aconnect'],
    [canary('atype'), 'aunknown'],
  ] as const) {
    const logged = await send('POST', '/activities', {
      ...activity(type, place),
      ownerId: '61000001',
      contactId: seededId,
      companyId,
    });
    if (logged.body.id !== undefined) await send('GET', `/activities/${logged.body.id}`);
  }
  const task = await send('POST', '/tasks', {
    subject: canary('tsubject'),
    description: `<b>${canary('tdescription')}</b>`,
    type: canary('ttype'),
    dueDate: '2026-12-01T09:00:00Z',
    contactId: seededId,
    extra: canary('textra'),
  });
  await send('GET', `/tasks/${task.body.id}`);
  await send('PATCH', `/tasks/${task.body.id}`, { subject: canary('tpatched'), completed: true });
  await send('POST', '/tasks/batch', { ids: [task.body.id, canary('tbatch')] });
  await send('GET', '/users');
  await send('GET', `/tasks/${canary('tpath')}`);
  await send('GET', `/nowhere/${canary('npath')}?${canary('nname')}=${encodeURIComponent(`${canary('nvalue')} é`)}`);
  await send(
    'POST',
    '/contacts',
    `{"contacts":[{"externalId":"x","email":"${canaryEmail('brokenmail')}", ${canary('broken')}`,
  );
  await send('POST', '/contacts', { contacts: canary('notalist') });
  await send('POST', '/contacts', `who=${canary('form')}`, { 'content-type': 'application/x-www-form-urlencoded' });
  await send(
    'POST',
    '/contacts',
    { contacts: [] },
    { cookie: canary('cookie'), authorization: `Bearer ${canary('bearer')}` },
  );
  await send('GET', '/health', undefined, { 'x-api-key': canary('badkey') });
  const files = await bridge.stop();

  const written = readdirSync(bridge.folder).map((name) => name + readFileSync(join(bridge.folder, name), 'utf8'));
  const found = (text: string) => canaries.filter((word) => text.toLowerCase().includes(word.toLowerCase()));

  expect(written.length).toBeGreaterThan(30);
  expect(found(written.join('\n'))).toEqual([]);
  // The log says which path was called, with the ids in it.
  expect(found(bridge.log.text()).filter((word) => !word.includes('path'))).toEqual([]);
  for (const text of [...written, bridge.log.text()]) {
    expect(text).not.toContain('good-key-for-tests');
    expect(text).not.toContain(crm.token);
  }

  const outcomes: object[] = [];
  for (const { name, capture } of files) {
    const { differences, assumptions } = await replay(capture);
    if (differences.length > 0 || assumptions.length > 0) outcomes.push({ name, differences, assumptions });
  }
  expect(outcomes).toEqual([]);
});
