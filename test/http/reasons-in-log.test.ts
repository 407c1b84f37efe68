import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutPersonalData } from '../../src/http/without-personal-data.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

test('the line of a request that is refused has the reason', async () => {
  const app = await startApp(fakeCrm());

  const answer = await app.send('POST', '/contacts', { contacts: [{ email: 'ada@example.com' }] });

  expect(answer.status).toBe(400);
  const reason = app.log.entries.find(({ msg }) => msg === 'request refused')?.reason;
  expect(reason).toBe(answer.body.message);
});

test('the line of a request names the records that failed, and why, without their values', async () => {
  const crm = await startCrm();
  const { contacts: [crmId] = [] } = crm.seed({ contacts: [{ properties: { email: 'taken@example.com' } }] });
  const bridge = await startBridgeOn(crm);
  const contacts = [
    { crmId, firstName: 'Ada' },
    { crmId: '404404', firstName: 'Secretname' },
  ];

  const answer = await bridge.send('PUT', '/contacts', { contacts });

  expect(answer.status).toBe(200);
  const line = bridge.log.entries.find(({ method }) => method === 'PUT');
  expect(line).toMatchObject({ records: 2, failed: 1, failures: [{ crmId: '404404', kind: 'not-found' }] });
  expect(bridge.log.text()).not.toContain('Secretname');
});

test('a value in the place of an id is neither returned nor logged unless it looks like an id', async () => {
  const bridge = await startBridgeOn(await startCrm());
  const task = { subject: 'Call', dueDate: '2026-12-01T10:00:00Z' };

  const answer = await bridge.send('POST', '/tasks', { ...task, contactId: 'Zoe Secretname' });
  const known = await bridge.send('POST', '/tasks', { ...task, contactId: '424242' });

  expect(answer.body.error).toBe('Unknown contact');
  expect(known.body.message).toContain('424242');
  expect(bridge.log.text()).toContain('no contact with this id');
  expect(bridge.log.text()).not.toContain('Secretname');
});

test.each([
  ['The CRM refused email (the value "ada@example.com" is wrong)', 'The CRM refused email (the value "…" is wrong)'],
  ['email already belongs to record 734931000005', 'email already belongs to record 734931000005'],
  ['ada.lovelace+x@mail.example.co.uk is taken', '… is taken'],
  ['josé@müller.de is taken', '… is taken'],
  ['see https://www.linkedin.com/in/ada-lovelace for more', 'see … for more'],
  ['linkedin.com/in/ada is no domain', '… is no domain'],
  ['phone +34 600 11 12 22 is too short', 'phone … is too short'],
  ['phone 600-111-222 and (030) 1234 5678', 'phone … and (…'],
  ['contacts[3].externalId must be a text', 'contacts[3].externalId must be a text'],
  ['type must be one of "EMAIL", "LINKEDIN_MESSAGE"', 'type must be one of "EMAIL", "LINKEDIN_MESSAGE"'],
  ['property "hs_lead_status" has no option "Ada Lovelace"', 'property "hs_lead_status" has no option "…"'],
  ['contacts holds 10001 records: at most 10000', 'contacts holds 10001 records: at most 10000'],
])('of "%s" the log has "%s"', (sentence, logged) => {
  expect(withoutPersonalData(sentence)).toBe(logged);
});

test('no email address and no quoted name survives in any sentence', () => {
  const word = fc.stringMatching(/^[a-z ]{0,12}$/);
  fc.assert(
    fc.property(
      word,
      fc.emailAddress(),
      fc.stringMatching(/^[A-Z][a-z]{2,9} [A-Z][a-z]{2,9}$/),
      word,
      (a, email, name, b) => {
        const logged = withoutPersonalData(`${a} ${email} ${b} "${name}" ${a}`);

        expect(logged).not.toContain('@');
        expect(logged).not.toContain(name);
      },
    ),
  );
});

test('one line at startup reports that HubSpot rejected the token', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn({ url: crm.url, token: 'pat-na1-revoked' }, {}, { checksAtStart: true });

  await expect.poll(() => bridge.log.text()).toContain('HubSpot rejected the access token');
  await bridge.close(0);

  const lines = bridge.log.entries.filter(({ level }) => level !== 'info' && level !== 'debug');
  expect(lines).toEqual([expect.objectContaining({ level: 'error', crmStatus: 401 })]);
  expect(lines[0]?.msg).toContain('HubSpot rejected the access token');
  expect(bridge.log.text()).not.toContain('revoked');
});

test('a scope that is missing at startup is reported as a missing scope', async () => {
  const crm = await startCrm({ scopes: { without: ['crm.schemas.contacts.write', 'crm.schemas.companies.write'] } });
  const bridge = await startBridgeOn(crm, {}, { checksAtStart: true });

  await expect.poll(() => bridge.log.text()).toContain('crm.schemas.contacts.write');

  expect(bridge.log.text()).not.toContain('rejected the access token');
});
