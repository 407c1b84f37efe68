import type { Check } from '../check.ts';
import { demand, demandError, demandStatus, objectOf, objectsOf } from '../expectations.ts';
import { Nonconformity } from '../nonconformity.ts';

/** Every endpoint of the contract, with a body that a server with a correct key would accept. */
const endpoints: readonly (readonly [method: string, path: string, body?: unknown])[] = [
  ['GET', '/health'],
  ['GET', '/users'],
  ['POST', '/contacts', { contacts: [] }],
  ['POST', '/contacts/sync', { contacts: [] }],
  ['PUT', '/contacts', { contacts: [] }],
  ['POST', '/companies', { companies: [] }],
  ['POST', '/companies/sync', { companies: [] }],
  ['PUT', '/companies', { companies: [] }],
  ['POST', '/associations', { associations: [] }],
  ['POST', '/activities', { type: 'EMAIL' }],
  ['POST', '/tasks', { subject: 'x' }],
  ['GET', '/tasks/1'],
  ['PATCH', '/tasks/1', { completed: true }],
  ['POST', '/tasks/batch', { ids: [] }],
  ['PATCH', '/tasks/batch', { ids: [], completed: true }],
];

/** Health, keys, and how mistakes are answered. */
export const protocolChecks: readonly Check[] = [
  {
    id: 'health.ok',
    level: 'must',
    title: 'GET /health returns 200',
    remedy: 'Return 200 from GET /health when the key is correct. Enginy connects only then.',
    run: async ({ send }) => demandStatus(await send('GET', '/health'), 200),
  },
  {
    id: 'health.status',
    level: 'should',
    title: 'GET /health returns JSON with a status',
    remedy: 'Answer {"status": "ok"}.',
    run: async ({ send }) =>
      demand(typeof objectOf(await send('GET', '/health')).status === 'string', 'no status text'),
  },
  {
    id: 'health.double-slash',
    level: 'should',
    title: 'a base URL that ends with a slash works',
    remedy: 'Enginy appends paths to the base URL as it was entered: serve //health like /health.',
    run: async ({ send }) => demandStatus(await send('GET', '//health'), 200),
  },
  {
    id: 'paths.doubled-slashes',
    level: 'should',
    title: 'doubled slashes and a slash at the end of a path do not matter',
    remedy: 'Treat //contacts//sync/ like /contacts/sync.',
    run: async ({ send }) => {
      for (const path of ['//contacts/sync', '/contacts//sync', '/contacts/sync/']) {
        const reply = await send('POST', path, { body: { contacts: [] } });
        demandStatus(reply, 200);
        objectsOf(objectOf(reply).results, 'results');
      }
    },
  },
  {
    id: 'health.no-leak',
    level: 'must',
    title: 'no response repeats the API key',
    remedy: 'Never write the key into a response or an error message.',
    run: async ({ send, mark }) => {
      const key = `wrong-${mark}-${mark}`;
      const replies = [await send('GET', '/health', { key }), await send('GET', '/no-such-endpoint', { key })];
      demand(!replies.some(({ text }) => text.includes(key)), 'a response contains the API key that was sent');
    },
  },
  ...endpoints.map(
    ([method, path, body]): Check => ({
      id: `auth.wrong-key.${method.toLowerCase()}${path.replaceAll('/', '.')}`,
      level: 'must',
      title: `${method} ${path} with a wrong key returns 401`,
      remedy: 'Check the key before anything else, on every endpoint, and return 401 with a JSON error.',
      run: async ({ send, mark }) => demandError(await send(method, path, { body, key: `wrong-${mark}` }), 401),
    }),
  ),
  {
    id: 'auth.no-key',
    level: 'must',
    title: 'a request without a key returns 401',
    remedy: 'Treat a missing key like a wrong one: 401.',
    run: async ({ send }) => demandError(await send('GET', '/health', { key: null }), 401),
  },
  {
    id: 'auth.empty-key',
    level: 'must',
    title: 'a request with an empty key returns 401',
    remedy: 'Treat an empty key like a wrong one: 401.',
    run: async ({ send }) => demandError(await send('GET', '/health', { key: '' }), 401),
  },
  {
    id: 'errors.unknown-path',
    level: 'should',
    title: 'an unknown path returns 404 with a JSON error',
    remedy: 'Return {"error": "Not found"} instead of an HTML page.',
    run: async ({ send }) => demandError(await send('GET', '/no-such-endpoint'), 404),
  },
  {
    id: 'errors.malformed-json',
    level: 'must',
    title: 'a body that is not JSON returns 400',
    remedy: 'Return 400 and a JSON error, not 500, for a body that cannot be parsed.',
    run: async ({ send }) => demandError(await send('POST', '/contacts', { raw: '{"contacts": [' }), 400),
  },
  ...['[]', '"contacts"', '1', 'null'].map(
    (raw, index): Check => ({
      id: `errors.body-no-object.${index + 1}`,
      level: 'must',
      title: `the body ${raw} returns 400`,
      remedy: 'Return 400 and a JSON error for a body that is not an object.',
      run: async ({ send }) => demandError(await send('POST', '/contacts/sync', { raw }), 400),
    }),
  ),
  {
    id: 'sizes.thousand-records',
    level: 'should',
    title: 'a body of some megabytes is accepted',
    remedy: "Accept bodies up to at least 10 MB: frameworks' default of 100 kB is too small for a batch.",
    run: async ({ send, mark }) => {
      const contacts = Array.from({ length: 100 }, (_, index) => ({
        externalId: `${mark}-large-${index}`,
        email: `${mark}-large-${index}@example.com`,
        bio: 'x'.repeat(30_000),
      }));
      const reply = await send('POST', '/contacts/sync', { body: { contacts } });
      if (reply.status === 413) throw new Nonconformity('3 MB are too large for the server');
      demandStatus(reply, 200);
      objectsOf(objectOf(reply).results, 'results');
    },
  },
];
