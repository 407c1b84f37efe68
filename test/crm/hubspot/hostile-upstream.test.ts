/** What a server in HubSpot's place may do to the bridge: each response costs one call, and nothing else. */
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import type { Crm } from '../../../src/crm/crm.ts';
import { createHubSpotCrm } from '../../../src/crm/hubspot/hubspot-crm.ts';
import type { HubSpotExchange } from '../../../src/crm/hubspot/transport/exchange.ts';
import { createPacer } from '../../../src/crm/pacing/pacer.ts';
import { apiVersion } from '../../support/api-version.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { heldTimers } from '../../support/held-timers.ts';
import { logSink } from '../../support/log-sink.ts';
import { startStubUpstream } from '../../support/stub-upstream.ts';
import { bulkContext } from '../crm-conformance.ts';

const token = 'pat-na1-0f0f0f0f-canary/token+1';

async function openStub(answer: Parameters<typeof startStubUpstream>[0]) {
  const upstream = await startStubUpstream(answer);
  onTestFinished(() => upstream.close());
  const callTimers = heldTimers();
  const log = logSink();
  const exchanges: HubSpotExchange[] = [];
  const crm = createHubSpotCrm(
    {
      pacer: createPacer(
        { burstPerTenSeconds: 1_000, searchPerSecond: 100 },
        { log: log.log, clock: fastClock(1_000) },
      ),
      log: log.log,
      clock: { now: () => performance.now(), ...callTimers },
      onExchange: (_context, exchange) => exchanges.push(exchange),
    },
    { accessToken: token, baseUrl: upstream.url, apiVersion, timeoutMs: 5_000 },
  );
  const create = () => crm.create('contacts', [{ properties: { email: 'ada@example.com' } }], bulkContext());
  return { crm, upstream, callTimers, log, exchanges, create };
}

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

test('stops reading an endless response and closes its connection', async () => {
  const { create, upstream } = await openStub((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    const pour = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', pour);
    pour();
  });

  const outcomes = await create();

  expect(outcomes).toMatchObject([{ problem: { kind: 'ambiguous', message: /larger than 10 MB/ } }]);
  expect(upstream.calls).toHaveLength(1);
  await expect.poll(() => upstream.connections().open).toBe(0);
});

test('does not decompress a response beyond the limit', async () => {
  const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024, ' '));
  const { create, upstream } = await openStub((_request, response) => {
    response.writeHead(201, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(bomb);
  });

  const outcomes = await create();

  expect(outcomes).toMatchObject([{ problem: { kind: 'ambiguous', message: /larger than 10 MB/ } }]);
  expect(upstream.calls).toHaveLength(1);
});

test('does not expand a response of blanks more than a hundredfold, although it stays below the limit', async () => {
  const blanks = gzipSync(Buffer.from(`{"results":[],"filler":"${' '.repeat(8 * 1024 * 1024)}"}`));
  const { create } = await openStub((_request, response) => {
    response.writeHead(201, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(blanks);
  });

  const outcomes = await create();

  expect(blanks.length * 100).toBeLessThan(8 * 1024 * 1024);
  expect(outcomes).toMatchObject([{ problem: { kind: 'ambiguous', message: /larger than 10 MB/ } }]);
});

test.each([
  [
    'a value that is longer than HubSpot stores',
    () => ({ results: [{ id: '1', properties: { email: 'x'.repeat(600_000) } }] }),
  ],
  ['more values than records have', () => ({ results: Array.from({ length: 120_000 }, () => ({ a: 1, b: 1 })) })],
])('does not read %s', async (_what, body) => {
  const { create } = await openStub((_request, response) => json(response, 201, body()));

  expect(await create()).toMatchObject([{ problem: { kind: 'ambiguous', message: /unknown format/ } }]);
});

test('reads a compressed response', async () => {
  const { crm } = await openStub((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(gzipSync(JSON.stringify({ portalId: 123456, timeZone: 'Europe/Berlin' })));
  });

  expect(await crm.readAccount(bulkContext())).toMatchObject({ id: '123456', timeZone: 'Europe/Berlin' });
});

for (const [name, begin] of [
  ['never answers', () => undefined],
  ['stops after the headers', (response: ServerResponse) => response.writeHead(201).flushHeaders()],
  ['stops within the body', (response: ServerResponse) => response.write('{"results":[')],
] as const) {
  test(`closes the connection of a call that timed out because HubSpot ${name}`, async () => {
    const { create, upstream, callTimers } = await openStub((_request, response) => {
      begin(response);
    });

    const creating = create();
    await expect.poll(() => upstream.calls.length).toBe(1);
    callTimers.expire();

    expect(await creating).toMatchObject([{ problem: { kind: 'ambiguous' } }]);
    await expect.poll(() => upstream.connections().open).toBe(0);
    expect(upstream.connections().opened).toBe(1);
  });
}

test.each([301, 302, 303, 307, 308])('sends neither body nor token to the target of a %i', async (status) => {
  const other = await startStubUpstream((_request, response) => json(response, 200, { portalId: 666, results: [] }));
  onTestFinished(() => other.close());
  const { crm, create, upstream } = await openStub((request, response) =>
    json(response, status, '', { location: `${other.url}${request.url}` }),
  );

  await expect(crm.readAccount(bulkContext())).rejects.toThrow(/unknown format/);
  expect(await create()).toMatchObject([{ problem: { message: /unknown format/ } }]);
  expect(other.calls).toEqual([]);
  expect(upstream.calls).toHaveLength(2);
});

test('keeps the connection for the next call', async () => {
  const { crm, upstream } = await openStub((_request, response) => json(response, 200, { portalId: 1 }));

  await crm.readAccount(bulkContext());
  await crm.readAccount(bulkContext());

  expect(upstream.connections().opened).toBe(1);
});

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

test.each([
  ['a result', 200, `{"results":[{"id":"1","properties":{"lastname":${nested(50_000)}}}]}`],
  ['the errors', 400, `${'{"errors":['.repeat(50_000)}${']}'.repeat(50_000)}`],
  ['the message', 400, JSON.stringify({ message: `Property values were not valid: [{"name":${nested(50_000)}}]` })],
])('fails only the call if %s of its response is nested without end', async (_what, status, body) => {
  const { crm, exchanges } = await openStub((_request, response) => json(response, status, body));

  const write = crm.create('contacts', [{ properties: { firstname: 'Ada' } }], bulkContext());

  expect(await write).toMatchObject([{ problem: {} }]);
  expect(exchanges.map(({ responseBody }) => typeof responseBody)).not.toContain('undefined');
});

test.each([
  ['a list', [[['x']]]],
  ['an object that is no text', { toString: 1 }],
])('rejects a property value that is %s', async (_what, lastname) => {
  const { create } = await openStub((_request, response) =>
    json(response, 201, { results: [{ id: '7', properties: { lastname } }] }),
  );

  expect(await create()).toMatchObject([{ problem: { kind: 'ambiguous' } }]);
});

test('stops reading a list of owners whose pages form a cycle', async () => {
  const { crm, upstream } = await openStub((_request, response) =>
    json(response, 200, { results: [{ id: '1', email: 'a@example.com' }], paging: { next: { after: 'Mg' } } }),
  );

  await expect(crm.listOwners(bulkContext())).rejects.toThrow(/unknown format/);
  expect(upstream.calls).toHaveLength(2);
});

test('stops reading a list of owners that never ends', async () => {
  const owners = Array.from({ length: 5_000 }, (_, at) => ({ id: `${at}`, email: 'a@example.com' }));
  const { crm, upstream } = await openStub((_request, response) =>
    json(response, 200, { results: owners, paging: { next: { after: `${upstream.calls.length}` } } }),
  );

  await expect(crm.listOwners(bulkContext())).rejects.toThrow(/more pages than 10000 results have/);
  expect(upstream.calls).toHaveLength(3);
});

const search = { key: 'k', clauses: [{ property: 'email', in: ['a@example.com'] }] };
const onePerson = [{ id: '5', properties: { email: 'a@example.com' } }];

test.each<[string, readonly object[], (crm: Crm) => Promise<unknown>]>([
  ['a list of owners', [], (crm) => crm.listOwners(bulkContext())],
  ['a list of owners', [{ id: '1', email: 'a@example.com' }], (crm) => crm.listOwners(bulkContext())],
  ['a search', [], (crm) => crm.search('contacts', [search], ['email'], bulkContext())],
  ['a search', onePerson, (crm) => crm.search('contacts', [search], ['email'], bulkContext())],
  [
    'a search for changes',
    [],
    (crm) => crm.modifiedSince({ objectType: 'contacts', since: new Date(0), properties: [] }, bulkContext()),
  ],
])('ends %s of new pages without end, each with %j', async (_what, results, read) => {
  const { crm, upstream } = await openStub((_request, response) =>
    json(response, 200, { total: 1, results, paging: { next: { after: `${upstream.calls.length}` } } }),
  );

  await expect(read(crm)).rejects.toThrow(/unknown format/);
  expect(upstream.calls.length).toBeLessThanOrEqual(101);
});

test.each([
  ['the same page again', () => '200'],
  ['an empty cursor', () => ''],
  ['a cursor that is no number', () => 'next'],
])('stops a search whose next page is %s', async (_what, after) => {
  const { crm, upstream } = await openStub((_request, response) =>
    json(response, 200, {
      total: 5,
      results: [{ id: '5', properties: { email: 'a@example.com' } }],
      paging: { next: { after: after() } },
    }),
  );
  const searchKey = { key: 'k', clauses: [{ property: 'email', in: ['a@example.com'] }] };

  const search = crm.search('contacts', [searchKey], ['email'], bulkContext());

  await expect(search).rejects.toThrow(/unknown format/);
  expect(upstream.calls.length).toBeLessThan(60);
});

test('stops reading the links of a record whose pages form a cycle', async () => {
  const { crm, upstream } = await openStub((_request, response) =>
    json(response, 200, {
      results: [{ from: { id: '1' }, to: [{ toObjectId: 2 }], paging: { next: { after: 'again' } } }],
    }),
  );

  await expect(crm.readLinks('contacts', 'companies', ['1'], bulkContext())).resolves.toMatchObject({
    failed: new Map([['1', { kind: 'unavailable' }]]),
  });
  expect(upstream.calls).toHaveLength(2);
});

const escaped = [...token].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

const percent = (sign: string) => [...token].map((letter) => `${sign}${letter.charCodeAt(0).toString(16)}`).join('');

/** A text, decoded as often and in as many ways as a person might try. */
function decodings(text: string): string {
  const parts = text.match(/[\w+/%-]{8,}/g) ?? [];
  const bytes = parts.flatMap((part) =>
    [0, 1, 2, 3].flatMap((from) => [Buffer.from(part.slice(from), 'base64'), Buffer.from(part.slice(from), 'hex')]),
  );
  const characters = text
    .replace(/\\+u00([0-9a-f]{2})/gi, (_all, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/%(?:25)?([0-9a-f]{2})/gi, (_all, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_all, code) => String.fromCharCode(Number(code)));
  return [characters, ...bytes.map((each) => each.toString('latin1'))].join(' ').toLowerCase();
}

test.each<[string, number, unknown, Record<string, string>]>([
  ['in its message', 400, { message: `Bearer ${token} was refused` }, {}],
  ['in the middle of a word', 400, { message: `x${token}x` }, {}],
  ['in JSON escapes', 400, `{"message":"Bearer ${escaped}"}`, {}],
  ['in its category', 403, { category: token, message: '' }, {}],
  ['as a scope', 403, { category: 'MISSING_SCOPES', context: { requiredScopes: [token, `bearer ${token}`] } }, {}],
  ['as an id of the call', 500, { correlationId: token }, { 'x-hubspot-correlation-id': token }],
  ['as the name of a property', 400, { message: '', errors: [{ context: { propertyName: [token] } }] }, {}],
  ['in upper case', 400, { message: `bEARER ${token.toUpperCase()} was refused` }, {}],
  ['percent-encoded', 400, { message: `Refused: ?token=${percent('%')}` }, {}],
  ['percent-encoded twice', 400, { message: `Refused: ?token=${percent('%25')}` }, {}],
  [
    'as HTML entities',
    400,
    { message: `Refused: ${[...token].map((letter) => `&#${letter.charCodeAt(0)};`).join('')}` },
    {},
  ],
  ['in JSON within JSON', 400, JSON.stringify({ message: `{"token":"${escaped}"}` }), {}],
  ['in hexadecimal', 400, { message: `Refused: ${Buffer.from(token).toString('hex')}` }, {}],
  ...['', 'B', 'xy', 'Bearer ', 'user:'].map((before): [string, number, unknown, Record<string, string>] => [
    `in Base64, behind "${before}"`,
    400,
    { message: `Refused: Basic ${Buffer.from(`${before}${token}\n`).toString('base64')} is unknown` },
    {},
  ]),
  ['in Base64 in a header', 500, {}, { 'x-hubspot-correlation-id': Buffer.from(`x${token}`).toString('base64url') }],
  ['as a value', 201, { results: [{ id: '7', properties: { email: token } }] }, {}],
])('never repeats the token if a response contains it %s', async (_where, status, body, headers) => {
  const { create, crm, log, exchanges } = await openStub((_request, response) => json(response, status, body, headers));

  const seen = [
    await create().catch((error: unknown) => [String(error), JSON.stringify(error)]),
    await crm.readAccount(bulkContext()).catch((error: unknown) => [String(error), JSON.stringify(error)]),
    log.text(),
    exchanges.map((exchange) => ({ ...exchange })),
  ];

  const text = JSON.stringify(seen);
  expect(text).not.toContain(token);
  for (const known of [text.toLowerCase(), decodings(text)]) {
    expect(known).not.toContain('canary');
    expect(known).not.toContain('0f0f0f0f');
  }
});

test.each([
  ['a category that is a sentence', { category: 'Ada Lovelace <b>', message: '' }],
  ['scopes that are sentences', { category: 'MISSING_SCOPES', context: { requiredScopes: ['Ada Lovelace'] } }],
  ['a code that is a sentence', { message: '', errors: [{ code: 'Ada Lovelace', context: { propertyName: ['x'] } }] }],
  ['a name that is a sentence', { message: '', errors: [{ context: { propertyName: ['Ada Lovelace'] } }] }],
])('does not repeat %s', async (_what, body) => {
  const { create, crm } = await openStub((_request, response) => json(response, 400, body));

  const account = await crm
    .readAccount(bulkContext())
    .catch((error: unknown) => [String(error), JSON.stringify(error)]);

  expect(JSON.stringify([await create(), account])).not.toContain('Ada Lovelace');
});

test('cuts a long message and drops its control characters', async () => {
  const { create } = await openStub((_request, response) =>
    json(response, 400, { category: 'VALIDATION_ERROR', message: `No\u001b\r\n\u202e ${'x'.repeat(100_000)}` }),
  );

  const [outcome] = await create();

  const { message } = outcome !== undefined && 'problem' in outcome ? outcome.problem : { message: '' };
  expect(message).toContain('xxxx');
  expect(message.length).toBeLessThan(250);
  expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
