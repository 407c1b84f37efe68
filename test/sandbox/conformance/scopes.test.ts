import { expect, test } from 'vitest';
import { raw, refusalOf, startPortal, type TestPortal } from './portal.ts';

const json = (body: unknown) => ({ method: 'POST', body: JSON.stringify(body) });
const property = { name: 'x', label: 'X', type: 'string', fieldType: 'text', groupName: 'contactinformation' };
const pair = { inputs: [{ from: { id: '1' }, to: { id: '2' } }] };

test.each<[string, string, RequestInit]>([
  ['crm.objects.contacts.read', '/crm/v3/objects/contacts', {}],
  ['crm.objects.contacts.read', '/crm/v3/objects/contacts/search', json({})],
  ['crm.objects.contacts.read', '/crm/v3/objects/tasks', {}],
  ['crm.objects.contacts.read', '/crm/v3/objects/communications', {}],
  ['crm.objects.contacts.write', '/crm/v3/objects/contacts/batch/create', json({ inputs: [] })],
  ['crm.objects.contacts.write', '/crm/v3/objects/notes', json({ properties: {} })],
  ['crm.objects.companies.read', '/crm/v3/objects/companies', {}],
  ['crm.objects.companies.write', '/crm/v3/objects/companies/batch/update', json({ inputs: [] })],
  ['crm.schemas.contacts.write', '/crm/v3/properties/contacts', json(property)],
  ['crm.schemas.companies.write', '/crm/v3/properties/companies/groups', json({ name: 'x', label: 'X' })],
  ['crm.objects.owners.read', '/crm/v3/owners', {}],
  ['crm.objects.companies.write', '/crm/v4/associations/contacts/companies/batch/associate/default', json(pair)],
  ['crm.objects.contacts.read', '/crm/v4/associations/contacts/companies/batch/read', json({ inputs: [{ id: '1' }] })],
])('without %s refuses %s', async (scope, path, init) => {
  const { sandbox } = await startPortal({ scopes: { without: [scope] } });

  const answer = await raw(sandbox, path, init);

  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({
    status: 'error',
    category: 'MISSING_SCOPES',
    message: expect.stringMatching(/^This app hasn't been granted all required scopes to make this call\./),
    errors: [{ context: { requiredGranularScopes: expect.arrayContaining([scope]) } }],
    links: { scopes: expect.any(String) },
  });
});

test.each([
  ['context', { context: { requiredGranularScopes: ['crm.objects.owners.read'] } }],
  ['bare', { category: 'MISSING_SCOPES' }],
] as const)('names the scopes otherwise: %s', async (missingScopesForm, expected) => {
  const { client } = await startPortal({
    scopes: { without: ['crm.objects.owners.read'] },
    switches: { missingScopesForm },
  });

  const refusal = await refusalOf(client.crm.owners.ownersApi.getPage());

  expect(refusal.body).toMatchObject(expected);
  expect(refusal.body).not.toHaveProperty('errors');
});

test('accepts a list of scopes, to which account info always belongs', async () => {
  const { client, sandbox } = await startPortal({ scopes: ['crm.objects.contacts.read'] });

  expect((await client.crm.contacts.basicApi.getPage()).results).toEqual([]);
  expect((await client.apiRequest({ path: '/account-info/v3/details' })).status).toBe(200);
  expect((await raw(sandbox, '/crm/v3/owners')).status).toBe(403);
});

test('reads definitions with the object scope or the schema scope, and not with a schema write scope alone', async () => {
  const statusWith = async (scopes: readonly string[]) => {
    const { sandbox } = await startPortal({ scopes });
    return (await raw(sandbox, '/crm/v3/properties/contacts')).status;
  };

  expect(await statusWith(['crm.objects.contacts.read'])).toBe(200);
  expect(await statusWith(['crm.schemas.contacts.read'])).toBe(200);
  expect(await statusWith(['crm.schemas.contacts.write'])).toBe(403);
});

async function logEmail({ sandbox }: TestPortal): Promise<string> {
  const { emails } = sandbox.seed({
    emails: [
      { properties: { hs_timestamp: '2026-05-01T12:00:00Z', hs_email_subject: 'Hello', hs_email_html: '<p>x</p>' } },
    ],
  });
  return emails[0] ?? '';
}

test.each([
  ['sales-email-read', 403],
  ['crm.objects.contacts.read', 403],
  ['crm.objects.companies.read', 200],
])('reads logged emails without %s: %s', async (scope, status) => {
  const portal = await startPortal({ scopes: { without: [scope] } });
  const id = await logEmail(portal);

  expect((await raw(portal.sandbox, `/crm/v3/objects/emails/${id}`)).status).toBe(status);
});
