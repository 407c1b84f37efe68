/** Whatever HubSpot returns for any call, the request gets a response that is not a bug of the bridge. */
import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHubSpotCrm } from '../../src/crm/hubspot/hubspot-crm.ts';
import { createPacer } from '../../src/crm/pacing/pacer.ts';
import { apiVersion } from '../support/api-version.ts';
import { fastClock } from '../support/fast-clock.ts';
import { logSink } from '../support/log-sink.ts';
import { type RunningApp, startApp } from '../support/start-app.ts';
import { type StubUpstream, startStubUpstream } from '../support/stub-upstream.ts';

interface UpstreamAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

const requests: readonly [string, string, object?][] = [
  ['GET', '/health'],
  ['GET', '/users'],
  [
    'POST',
    '/contacts/sync',
    { contacts: [{ externalId: 'e1', email: 'ada@example.com', linkedinUrl: 'https://www.linkedin.com/in/ada' }] },
  ],
  ['POST', '/companies/sync', { companies: [{ externalId: 'e2', name: 'Acme', website: 'https://acme.example.com' }] }],
  ['POST', '/contacts', { contacts: [{ externalId: 'e1', email: 'ada@example.com', firstName: 'Ada' }] }],
  ['PUT', '/contacts', { contacts: [{ crmId: '101', customFields: { score: 3 } }] }],
  ['POST', '/contacts/batch', { ids: ['101', '102'] }],
  ['POST', '/associations', { associations: [{ contactId: '101', companyId: '201' }] }],
  [
    'POST',
    '/activities',
    { type: 'EMAIL', contactId: '101', subject: 'Hi', body: 'Hello', occurredAt: '2026-01-05T10:00:00Z' },
  ],
  ['GET', '/activities/501'],
  ['POST', '/tasks', { title: 'Call', contactId: '101', dueDate: '2026-01-05T10:00:00Z' }],
  ['GET', '/tasks/601'],
  ['PATCH', '/tasks/601', { status: 'COMPLETED' }],
  ['POST', '/tasks/batch', { ids: ['601'] }],
];

/** Words that mean something to the bridge, so that a random answer gets past the first look at it. */
const text = fc.oneof(
  fc.constantFrom(
    '101',
    'ada@example.com',
    'e1',
    'VALIDATION_ERROR',
    'CONFLICT',
    'OBJECT_NOT_FOUND',
    'MISSING_SCOPES',
    'email',
    '0',
  ),
  fc.constantFrom('Existing ID: 101', 'Property "email" does not exist', '[{"name":1}]', '__proto__', 'string'),
  fc.string({ maxLength: 8 }),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    text,
    fc.constantFrom(null, true, 0, -1, 1e300, 101),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(
        ...(
          'results errors id properties paging next after total from to toObjectId context category message code name type ' +
          'propertyName ids objectWriteTraceId portalId email options value label toString constructor policyName'
        ).split(' '),
      ),
      tie('value'),
      { maxKeys: 6 },
    ),
  ),
}));
const shaped = fc.record(
  {
    results: fc.array(
      fc.record({ id: fc.oneof(text, value), properties: value, name: text, type: text, from: value, to: value }),
      {
        maxLength: 3,
      },
    ),
    errors: value,
    total: value,
    paging: fc.oneof(value, fc.record({ next: fc.record({ after: fc.oneof(text, value) }) })),
  },
  { requiredKeys: [] },
);
const answer: fc.Arbitrary<UpstreamAnswer> = fc.record({
  status: fc.constantFrom(200, 200, 200, 201, 204, 207, 302, 400, 401, 403, 404, 409, 423, 429, 500),
  body: fc.oneof(shaped, value),
  headers: fc.constantFrom(
    {},
    { 'retry-after': '1e20' },
    { 'x-hubspot-ratelimit-max': '1', 'x-hubspot-ratelimit-remaining': '-1e20' },
    { 'content-encoding': 'gzip' },
    { 'content-type': 'text/html' },
  ),
});

let answers: readonly UpstreamAnswer[] = [];
let upstream: StubUpstream;
let calls = 0;
const unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  upstream = await startStubUpstream((_request, response) => respond(response));
});
afterAll(async () => {
  process.off('unhandledRejection', note);
  await upstream.close();
});

function respond(response: ServerResponse): void {
  const { status, body, headers } = answers[calls % answers.length] ?? { status: 500, body: {}, headers: {} };
  calls += 1;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(status === 204 ? undefined : JSON.stringify(body));
}

function appOn({ url }: StubUpstream): Promise<RunningApp> {
  const { log } = logSink('silent');
  const clock = fastClock(2_000);
  const pacer = createPacer({ burstPerTenSeconds: 10_000, searchPerSecond: 1_000 }, { log, clock });
  const crm = createHubSpotCrm(
    { pacer, log },
    { accessToken: 'sandbox-token', baseUrl: url, apiVersion, timeoutMs: 5_000 },
  );
  // Too short for GET /users to ask again.
  return startApp(crm, { settings: { requestTimeoutMs: 5_900 } });
}

test.each(requests)('answers %s %s without a 500 for any HubSpot response', async (...request) => {
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 6 }), async (list) => {
      answers = list;
      calls = 0;
      // A new app: what another run taught it must not decide this one.
      const { send } = await appOn(upstream);

      const { status } = await send(...request);

      expect(status).not.toBe(500);
    }),
    { numRuns: 20 },
  );
  expect(unhandled).toEqual([]);
});
