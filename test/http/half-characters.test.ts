/** Texts that were cut within a character: JSON carries half of one (`"\ud83d"`), and no CRM can store it. */
import { expect, test } from 'vitest';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

const [half, other] = ['\ud83d', '\ud83e'];
const note = 'was only partly stored: half of a character was stored as \ufffd';

test('a text of a record, of a new field or in HTML is stored with a sign for half a character, and a warning names the field', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);

  const contact = { externalId: 'a', firstName: 'Ada', title: `CEO ${half}`, motto: `Go ${half}`, [`x${half}`]: 'one' };
  const created = await send('POST', '/contacts', {
    contacts: [contact, { externalId: 'b', lastName: 'B', [`x${other}`]: 'two' }],
  });
  const [{ crmId, warnings }, second] = created.body.results;
  const activity = await send('POST', '/activities', {
    type: 'EMAIL',
    contactId: crmId,
    subject: `Hello ${half}`,
    body: `<p>Hi ${half}</p>`,
    metadata: { messageId: 'm-1' },
  });
  const task = await send('POST', '/tasks', { contactId: crmId, subject: 'Call', description: `Ring ${half}` });
  const patched = await send('PATCH', `/tasks/${task.body.id}`, { subject: `Call ${half}` });

  expect(warnings).toEqual([`title → jobtitle ${note}`, `motto → motto ${note}`]);
  const [first, next] = [crmId, second.crmId].map(
    (id) => crm.records('contacts').find((each) => each.id === id)?.properties ?? {},
  );
  expect(first).toMatchObject({ jobtitle: 'CEO \ufffd', motto: 'Go \ufffd' });
  const nameOf = (properties: object = {}, value: string) =>
    Object.entries(properties).find(([, held]) => held === value)?.[0];
  expect(nameOf(first, 'one')).not.toBe(nameOf(next, 'two'));
  expect(activity.body).toMatchObject({ subject: 'Hello \ufffd', body: '<p>Hi \ufffd</p>' });
  expect(activity.body.warnings).toEqual([`subject ${note}`, `body ${note}`]);
  expect([task.body.description, task.body.warnings]).toEqual(['Ring \ufffd', [`description ${note}`]]);
  expect([patched.body.subject, patched.body.warnings]).toEqual(['Call \ufffd', [`subject ${note}`]]);
});

test('broken values identify no one: two contacts whose emails and profiles differ only there stay two', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const broken = [half, other].map((sign, n) => ({
    externalId: `e${n}`,
    lastName: 'Lovelace',
    email: `ada${sign}@example.com`,
    linkedinUrl: `https://www.linkedin.com/in/ada${sign}`,
  }));
  const replaced = ['ada\ufffd@example.com', 'ada\ufffd@example.com'].map((email, n) => ({
    externalId: `r${n}`,
    firstName: `R${n}`,
    email,
    linkedinUrl: 'https://www.linkedin.com/in/ada%EF%BF%BD',
  }));

  const synced = await send('POST', '/contacts/sync', { contacts: [...broken, ...replaced] });
  const created = await send('POST', '/contacts', { contacts: [...broken, ...replaced] });

  expect(synced.body.results).toEqual([]);
  const results: { crmId: string; warnings: string[] }[] = created.body.results;
  expect(new Set(results.map(({ crmId }) => crmId)).size).toBe(4);
  for (const { warnings } of results) expect(warnings.join('\n')).toMatch(/email is not an email address/);
  expect(crm.records('contacts').every(({ properties }) => properties.email === undefined)).toBe(true);
});

test('ids with half a character are rejected, by place', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);

  const contacts = await send('POST', '/contacts', { contacts: [{ externalId: half, lastName: 'A' }] });
  const links = await send('POST', '/associations', { associations: [{ contactCRMId: half, companyCRMId: '1' }] });
  const activity = await send('POST', '/activities', { type: 'EMAIL', contactId: half });
  const read = await send('POST', '/contacts/batch', { ids: [half] });

  for (const answer of [contacts, links, activity, read]) expect(answer.status).toBe(400);
  expect(crm.records('contacts')).toEqual([]);
});
