import { Client } from '@hubspot/api-client';
import { expect, test } from 'vitest';
import { raw, refusalOf, startPortal } from './portal.ts';

test.each([
  ['another token', 'other'],
  ['a doubled Bearer', 'Bearer sandbox-token'],
])('refuses %s with 401', async (_name, accessToken) => {
  const { sandbox } = await startPortal();
  const client = new Client({ accessToken, basePath: sandbox.url });

  const refusal = await refusalOf(client.crm.contacts.basicApi.getPage());

  expect(refusal).toMatchObject({ code: 401, body: { category: 'INVALID_AUTHENTICATION' } });
  expect(refusal.body.message).toMatch(/^Authentication credentials not found/);
  expect(refusal.headers).toHaveProperty('x-hubspot-auth-failure');
});

test('refuses a call without a token', async () => {
  const { sandbox } = await startPortal();

  expect((await fetch(`${sandbox.url}/crm/v3/owners`)).status).toBe(401);
});

test('gives every response a correlation id, the same in header and body', async () => {
  const { client } = await startPortal();

  const refusal = await refusalOf(client.crm.contacts.basicApi.getById('1'));

  expect(refusal.body.correlationId).toMatch(/^[0-9a-f-]{36}$/);
  expect(refusal.headers['x-hubspot-correlation-id']).toBe(refusal.body.correlationId);
});

test.each(['/crm/v9/objects/contacts', '/nowhere', '/crm/v3/objects/contacts/batch/reed'])(
  'answers an HTML page to the wrong path %s',
  async (path) => {
    const { sandbox } = await startPortal();

    const answer = await raw(sandbox, path);

    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('text/html;charset=utf-8');
  },
);

test('returns 405 for a method that a path does not have', async () => {
  const { sandbox } = await startPortal();

  expect((await raw(sandbox, '/crm/v3/objects/contacts/search')).status).toBe(404);
  expect((await raw(sandbox, '/crm/v3/objects/contacts', { method: 'DELETE' })).status).toBe(405);
});

test('refuses other media types, with or without a body', async () => {
  const { sandbox } = await startPortal();
  const send = () =>
    raw(sandbox, '/crm/v3/objects/contacts', { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } });

  const json = await send();

  expect(json.status).toBe(415);
  expect(await json.json()).toMatchObject({ status: 'error' });
});

test('refuses an address that is too long with 414', async () => {
  const { sandbox } = await startPortal();

  const answer = await raw(sandbox, `/crm/v3/objects/contacts?properties=${'x,'.repeat(9000)}`);

  expect(answer.status).toBe(414);
  expect(await answer.text()).toContain('<title>414 Request-URI Too Large</title>');
});
