import { expect, test } from 'vitest';
import { exampleSeed } from '../../sandbox/seed.ts';
import { replay, startCapturing } from './capturing.ts';

const ada = '734931000001';
const northwind = '421369000001';

test('a capture of every endpoint replays identically, offline', async () => {
  const bridge = await startCapturing();
  bridge.crm.seed(exampleSeed);
  const { send } = bridge;

  // Until HubSpot has answered, which takes longer on a busy machine, it is 503.
  await expect.poll(async () => (await send('GET', '/health')).status).toBe(200);
  await send('GET', '/users');
  await send('POST', '/companies/sync', {
    companies: [
      { externalId: 'c-1', domain: 'www.northwind-bicycles.example.com' },
      { externalId: 'c-2', name: 'Nowhere Holdings GmbH' },
    ],
  });
  await send('POST', '/contacts/sync', {
    contacts: [
      { externalId: 'l-1', email: 'ADA.MARCHETTI@northwind-bicycles.example.com' },
      { externalId: 'l-2', linkedinUrl: 'linkedin.com/in/Felix-Brandauer-Example/' },
      { externalId: 'l-3', phone: '+32 9 555 01 23' },
      { externalId: 'l-4', email: 'nobody@acme.co.uk', fullName: 'No van der Body' },
    ],
  });
  const companies = await send('POST', '/companies', {
    companies: [
      {
        externalId: 'c-3',
        name: 'Acme, Inc.',
        domain: 'acme.co.uk',
        industry: 'Software Development',
        numberOfEmployees: 84,
      },
      {
        externalId: 'c-4',
        name: 'Ünïcode Söhne GmbH',
        domain: 'münchen-söhne.de',
        numberOfEmployees: '51-200',
        revenue: '1M - 10M',
      },
    ],
  });
  const contacts = await send('POST', '/contacts', {
    contacts: [
      {
        externalId: 'l-5',
        email: 'Grace.Hopper@acme.co.uk',
        fullName: 'Dr. Grace van der Hopper',
        company: 'Acme, Inc.',
        phone: '+34 600 111 222',
        linkedinUrl: 'https://www.linkedin.com/in/grace-hopper-e',
        ownerId: '61000001',
        tags: ['navy', 'cobol'],
        customFields: { secretNote: 'Loves compilers', age: 85, born: '1906-12-09', nested: { deep: ['x y', 3.5] } },
      },
      { externalId: 'l-6', email: 'ada.marchetti@northwind-bicycles.example.com', title: 'Queen of Engines' },
      { externalId: 'l-7', email: 'not an address', firstName: 'Odd' },
    ],
  });
  const company = companies.body.results[0].crmId;
  const contact = contacts.body.results[0].crmId;
  await send('POST', '/contacts', {
    contacts: [{ externalId: 'l-5', email: 'grace.hopper@acme.co.uk', title: 'Admiral' }],
  });
  await send('PUT', '/contacts', {
    contacts: [
      { crmId: ada, genesy_last_engaged_at: '2026-11-20T10:00:00Z', campaignOpens: '5', title: 'Boss' },
      { crmId: '999', title: 'Nobody' },
    ],
  });
  await send('PUT', '/companies', {
    companies: [{ crmId: company, description: 'Makes anvils. Call +34 600 111 222.' }],
  });
  await send('POST', '/associations', {
    associations: [
      { contactCRMId: contact, companyCRMId: company },
      { contactCRMId: '4242', companyCRMId: company },
      { contactCRMId: Number(contact), companyCRMId: null },
    ],
  });
  await send('POST', '/contacts/batch', { ids: [contact, ada, '4242'] });
  await send('POST', '/companies/batch', { ids: [company, northwind] });
  const email = await send('POST', '/activities', {
    type: 'EMAIL',
    subject: '[1/3] [FROM Acme Corp] John Smith',
    body: '<p>Hello Ada,<br>the message was sent to <a href="mailto:ada@x.com">you</a> &amp; me.</p>',
    direction: 'OUTBOUND',
    ownerId: '61000001',
    occurredAt: '2026-11-19T09:00:00Z',
    contactId: ada,
    companyId: northwind,
    metadata: { messageId: 'm-1', sequenceIndex: 1, voiceMessage: true, attachments: [{ name: 'Offer for Ada.pdf' }] },
  });
  const inMail = await send('POST', '/activities', {
    type: 'LINKEDIN_INMAIL',
    subject: 'A message',
    body: 'Hi Ada, was LinkedIn message sent to you?\nJohn',
    contactId: ada,
  });
  await send('GET', `/activities/${email.body.id}`);
  await send('GET', `/activities/${inMail.body.id}`);
  const task = await send('POST', '/tasks', {
    subject: 'Call Ada about anvils',
    description: 'Her number is +32 9 555 01 23',
    type: 'Lunch meeting',
    ownerId: '61000002',
    dueDate: '2026-12-01T09:00:00Z',
    contactId: ada,
  });
  const second = await send('POST', '/tasks', { subject: 'No due date', type: 'call', contactId: ada });
  const ids = [task.body.id, second.body.id];
  await send('GET', `/tasks/${task.body.id}`);
  await send('GET', '/tasks/424242');
  await send('PATCH', `/tasks/${task.body.id}`, { completed: true, subject: 'Called Ada' });
  await send('POST', '/tasks/batch', { ids: [...ids.map(Number), '424242', null] });
  await send('PATCH', '/tasks/batch', { ids, completed: true });
  await send('POST', '/contacts', '{"contacts":[{"email":"secret@acme.com"');
  await send('POST', '/contacts', { contacts: [{ email: 'no-id@acme.com' }] });
  await send('POST', '/nowhere/ada@lovelace.org?who=Ada+Lovelace');
  await send('DELETE', '/contacts');
  // Without a valid key nothing is captured.
  await send('GET', '/users', undefined, { 'x-api-key': 'wrong' });
  const files = await bridge.stop();

  const outcomes: object[] = [];
  for (const { name, capture } of files) {
    const { differences, assumptions } = await replay(capture);
    if (differences.length > 0 || assumptions.length > 0) outcomes.push({ name, differences, assumptions });
  }

  expect(outcomes).toEqual([]);
  expect(files).toHaveLength(27);
});
