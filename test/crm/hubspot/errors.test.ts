import { expect, onTestFinished, test, vi } from 'vitest';
import { problemOfEntry } from '../../../src/crm/hubspot/problems/entry-problem.ts';
import { namedProperties } from '../../../src/crm/hubspot/problems/named-properties.ts';
import { readHubSpotError } from '../../../src/crm/hubspot/transport/error-body.ts';
import { networkFailure } from '../../../src/crm/hubspot/transport/network-failure.ts';
import { failureOf } from '../../../src/crm/hubspot/transport/response-failure.ts';
import type { RawResponse } from '../../../src/crm/hubspot/transport/wire.ts';

const response = (status: number, body: unknown, headers: Record<string, string> = {}): RawResponse => ({
  status,
  headers,
  text: typeof body === 'string' ? body : JSON.stringify(body),
});

test.each([
  [401, { category: 'INVALID_AUTHENTICATION' }, 'final'],
  [403, { category: 'MISSING_SCOPES' }, 'final'],
  [404, '<html>Not Found</html>', 'final'],
  [414, '<html>414 Request-URI Too Large</html>', 'final'],
  [423, {}, 'locked'],
  [429, { errorType: 'RATE_LIMIT', policyName: 'SECONDLY' }, 'limited'],
  [477, {}, 'not-done'],
  [500, '', 'perhaps-done'],
  [503, '<html></html>', 'perhaps-done'],
  [524, 'error code: 524', 'perhaps-done'],
  [530, '', 'perhaps-done'],
  [200, '<html>maintenance</html>', 'perhaps-done'],
  [302, '', 'final'],
])('classifies %i %j as %s', (status, body, kind) => {
  expect(failureOf(response(status, body)).kind).toBe(kind);
});

test("never puts a response body into an error's message or fields", () => {
  const body = {
    status: 'error',
    category: 'VALIDATION_ERROR',
    message: 'ada@example.com is bad',
    context: { email: ['ada@example.com'] },
  };

  for (const status of [400, 401, 403, 404, 409, 423, 429, 477, 500]) {
    const { error } = failureOf(
      response(status, body, { authorization: 'Bearer secret', 'x-hubspot-correlation-id': 'c-1' }),
    );

    const visible = JSON.stringify({ ...error, message: error.message, stack: error.stack });
    expect(visible).not.toContain('ada@example.com');
    expect(visible).not.toContain('secret');
    expect(visible).toContain('c-1');
  }
});

test('reads the wait from Retry-After, in seconds or as a date, or else from the interval', () => {
  const limit = { errorType: 'RATE_LIMIT', policyName: 'TEN_SECONDLY_ROLLING', message: '' };
  vi.useFakeTimers({ now: Date.UTC(2026, 2, 12), toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const soon = new Date(Date.UTC(2026, 2, 12, 0, 1)).toUTCString();

  expect(failureOf(response(429, limit, { 'retry-after': '3' })).retryAfterMs).toBe(3_000);
  expect(failureOf(response(429, limit, { 'retry-after': soon })).retryAfterMs).toBe(60_000);
  expect(failureOf(response(429, limit, { 'x-hubspot-ratelimit-interval-milliseconds': '10000' })).retryAfterMs).toBe(
    10_000,
  );
  expect(failureOf(response(429, limit, { 'retry-after': 'soon' })).retryAfterMs).toBeUndefined();
});

test.each([
  { 'retry-after': '3600' },
  { 'retry-after': '1e20' },
  { 'retry-after': 'Infinity' },
  { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' },
  { 'x-hubspot-ratelimit-interval-milliseconds': '99999999999' },
])('waits no longer than five minutes for %j', (headers) => {
  const { error, retryAfterMs } = failureOf(response(429, { policyName: 'TEN_SECONDLY_ROLLING' }, headers));

  expect(retryAfterMs).toBe(300_000);
  expect(error).toMatchObject({ retryAfterSeconds: 300 });
});

test('names missing scopes wherever HubSpot puts them', () => {
  const scopes = { requiredGranularScopes: ['crm.objects.owners.read'] };
  const forms = [{ errors: [{ message: '', context: scopes }] }, { context: scopes }];

  for (const form of forms) {
    const { error } = failureOf(response(403, { category: 'MISSING_SCOPES', ...form }));
    expect(error).toMatchObject({ detail: { missingScopes: ['crm.objects.owners.read'] } });
  }
});

test.each([
  ['ECONNREFUSED', 'not-done', false],
  ['ENOTFOUND', 'not-done', false],
  ['ECONNRESET', 'perhaps-done', true],
  ['HPE_INVALID_CONSTANT', 'perhaps-done', true],
])('decides whether a call that failed with %s can have been carried out', (code, kind, ambiguous) => {
  const cause = Object.assign(new Error('low level'), { code });

  expect(networkFailure(new TypeError('fetch failed', { cause }))).toMatchObject({ kind, error: { ambiguous } });
});

test('knows that a call did nothing if its connection took too long', () => {
  const thrown = Object.assign(new Error('low level'), { code: 'ETIMEDOUT', syscall: 'connect' });

  expect(networkFailure(thrown)).toMatchObject({ kind: 'not-done', error: { ambiguous: false } });
  expect(networkFailure(Object.assign(thrown, { syscall: 'read' }))).toMatchObject({ kind: 'perhaps-done' });
});

test.each([
  [new TypeError('fetch failed', { cause: new Error('bad port') }), 'HubSpot could not be reached (bad port)'],
  [new Error('unknown scheme'), 'HubSpot could not be reached (unknown scheme)'],
  [
    Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' }),
    'HubSpot could not be reached (certificate has expired, CERT_HAS_EXPIRED)',
  ],
  [
    Object.assign(new Error('getaddrinfo ENOTFOUND api.hubapi.invalid'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
    'HubSpot could not be reached (ENOTFOUND)',
  ],
  [
    Object.assign(new Error('Parse Error: Expected HTTP/'), { code: 'HPE_INVALID_CONSTANT' }),
    'HubSpot could not be reached (Parse Error: Expected HTTP/, HPE_INVALID_CONSTANT)',
  ],
  [new Error('header "Bearer pat-na1-secret" is invalid'), 'HubSpot could not be reached (header "…" is invalid)'],
  ['a text', 'HubSpot could not be reached'],
])('says why a call failed in the words of the error, %#', (thrown, message) => {
  expect(networkFailure(thrown).error.message).toBe(message);
});

test('finds the reason when connections to every address of a host failed', () => {
  const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  const cause = new AggregateError([refused, refused]);

  expect(networkFailure(new TypeError('fetch failed', { cause })).kind).toBe('not-done');
});

test('reads properties from errors[], from JSON in the message and from its words', () => {
  const listed = readHubSpotError({
    message: 'Property values were not valid: …',
    errors: [{ message: 'x was not a valid long.', code: 'INVALID_LONG', context: { propertyName: ['closedate'] } }],
  });
  const inText = readHubSpotError({
    message:
      'Property values were not valid: [{"isValid":false,"message":"read only","error":"READ_ONLY_VALUE","name":"createdate"}]',
  });
  const inWords = readHubSpotError({ message: 'Property "shoe_size" does not exist' });

  expect(namedProperties(listed)).toEqual([
    { name: 'closedate', code: 'INVALID_LONG', reason: 'x was not a valid long.' },
  ]);
  expect(namedProperties(inText)).toEqual([
    { name: 'createdate', cause: 'read-only', code: 'READ_ONLY_VALUE', reason: 'the property is read-only' },
  ]);
  expect(namedProperties(inWords)).toMatchObject([{ name: 'shoe_size' }]);
});

test('treats an entry without a cause as undecided and any refusal as decided', () => {
  const blank = readHubSpotError({ status: 'error', category: 'INTERNAL_ERROR', message: 'There was a problem' });

  expect(problemOfEntry(blank, 'ambiguous').kind).toBe('ambiguous');
  expect(problemOfEntry(blank, 'unavailable').kind).toBe('unavailable');
  expect(problemOfEntry(blank, 'refusal').kind).toBe('invalid');
});
