import { expect, test } from 'vitest';
import { operations } from '../../src/contract/operations.ts';
import { expectAsDescribed } from '../support/as-described.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';

test('describes itself in OpenAPI 3.1, behind the key, with the header that the operator chose', async () => {
  const app = await startApp(fakeCrm(), { settings: { auth: { header: 'x-crm-key', keys: () => ['k'] } } });

  const without = await app.send('GET', '/openapi.json');
  const answer = await app.send('GET', '/openapi.json', undefined, { 'x-crm-key': 'k' });

  expect(without.status).toBe(401);
  expect(answer.status).toBe(200);
  expect(answer.body.openapi).toBe('3.1.0');
  expect(answer.body.components.securitySchemes.apiKey).toEqual({ type: 'apiKey', in: 'header', name: 'x-crm-key' });
});

test('every described endpoint exists, and every operation has a unique id', async () => {
  const app = await startApp(fakeCrm());
  const { paths } = (await app.send('GET', '/openapi.json')).body;
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, { operationId: string }>).map(([method, { operationId }]) => ({
      method,
      path,
      operationId,
    })),
  );

  const answers = await Promise.all(
    described.map(async ({ method, path }) => {
      const hasBody = method !== 'get';
      return (await app.send(method.toUpperCase(), path.replace('{id}', '424242'), hasBody ? {} : undefined)).body
        ?.error;
    }),
  );

  expect(described).toHaveLength(operations.length);
  expect(new Set(described.map(({ operationId }) => operationId)).size).toBe(operations.length);
  expect(answers.filter((error) => error === 'Not found' || error === 'Method not allowed')).toEqual([]);
});

test('references within the document lead somewhere', async () => {
  const app = await startApp(fakeCrm());
  const { body } = await app.send('GET', '/openapi.json');
  const references = [...JSON.stringify(body).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? '');

  expect(references.length).toBeGreaterThan(0);
  const lost = [...new Set(references)].filter((reference) => place(body, reference.split('/')) === undefined);
  expect(lost).toEqual([]);
});

function place(within: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return within;
  const entries = typeof within === 'object' && within !== null ? Object.entries(within) : [];
  return place(entries.find(([key]) => key === step)?.[1], rest);
}

test.each([
  ['a result without its id', { results: [{ externalId: 'a' }] }],
  ['a member that is not described', { results: [], more: true }],
])('an answer with %s would fail every test that got it', (_what, body) => {
  expect(() => expectAsDescribed('POST', '/contacts', { status: 201, body })).toThrow(/not as described/);
});
