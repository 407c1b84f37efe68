import { request } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepDigits } from '../../src/http/body/keep-digits.ts';
import { parseInParts } from '../../src/http/body/parse-in-parts.ts';
import { createJsonScanner } from '../../src/http/body/scan-json.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';

const limits = { maxItems: 50, maxFields: 20, maxValues: 400, maxDepth: 10 };
const large = { maxBytes: 20 * 1024 * 1024 };

const many = (count: number, text: string) => Array.from({ length: count }, () => text).join(',');
const fields = (count: number) => Array.from({ length: count }, (_unused, n) => `"f${n}":1`).join(',');

/** Where, the body, the status, and how the message begins. */
const overLimit: readonly (readonly [string, string, number, string])[] = [
  ['POST /contacts', `{"contacts":[${many(51, '1')}]}`, 413, 'contacts has more than 50 entries (MAX_ITEMS)'],
  ['POST /contacts', `{"contacts":[${many(51, '{}')}]}`, 413, 'contacts has more than 50 entries (MAX_ITEMS)'],
  ['PUT /companies', `{"companies":[${many(51, '[]')}]}`, 413, 'companies has more than 50 entries (MAX_ITEMS)'],
  ['POST /associations', `{"associations":[${many(51, 'null')}]}`, 413, 'associations has more than 50 entries'],
  ['PATCH /tasks/batch', `{"completed":true,"ids":[${many(51, '"a"')}]}`, 413, 'ids has more than 50 entries'],
  ['POST /contacts', `[${many(51, '1')}]`, 413, 'body has more than 50 entries'],
  [
    'POST /contacts',
    `{"contacts":[{"externalId":"a"},{"externalId":"b","tags":[${many(51, '"t"')}]}]}`,
    413,
    'contacts[1].tags has more than 50 entries',
  ],
  ['POST /contacts', `{"contacts":[{},{${fields(21)}}]}`, 400, 'contacts[1] has more than 20 fields (MAX_FIELDS)'],
  ['POST /contacts', `{${fields(21)}}`, 400, 'body has more than 20 fields (MAX_FIELDS)'],
  [
    'POST /companies',
    `{"companies":[{"customFields":{${fields(21)}}}]}`,
    400,
    'companies[0].customFields has more than 20 fields',
  ],
  ['POST /activities', `{"metadata":{${fields(21)}}}`, 400, 'metadata has more than 20 fields'],
  ['POST /contacts/sync', `{"contacts":[${many(45, `{${fields(15)}}`)}]}`, 413, 'body has more than 400 values'],
  ['POST /tasks', `{"x":${'['.repeat(11)}${']'.repeat(11)}}`, 400, 'x[0][0][0][0] is nested more than 10 levels'],
  ['POST /tasks', '['.repeat(100_000), 400, '[0][0][0][0][0] is nested more than 10 levels'],
  ['PUT /contacts', `{"contacts":[{"a":${'{"b":'.repeat(11)}`, 400, 'contacts[0].a.b.b is nested more than 10 levels'],
  ['POST /contacts', `{"contacts":[],"contacts":[]}`, 400, 'contacts is given twice'],
  ['POST /contacts', `{"":[],"":[]}`, 400, '"" is given twice'],
  ['POST /contacts', `{"contacts":[{"email":"a","email":"b"}]}`, 400, 'contacts[0].email is given twice'],
  ['POST /contacts', `{"contacts":[{"email":"a","\\u0065mail":"b"}]}`, 400, 'contacts[0].email is given twice'],
  [
    'POST /contacts',
    `{"contacts":[{"customFields":{"":1,"a":2,"":3}}]}`,
    400,
    'contacts[0].customFields."" is given twice',
  ],
  ['POST /contacts', `{"contacts":[{"__proto__":1,"__proto__":2}]}`, 400, 'contacts[0].__proto__ is given twice'],
  [
    'POST /contacts',
    `{"contacts":[{"${'n'.repeat(70_000)}":1}]}`,
    400,
    'contacts[0] has a field whose name is longer than',
  ],
];

test.each(overLimit)(
  '%s with %j is rejected by name, before the CRM is called',
  async (endpoint, body, status, start) => {
    const crm = fakeCrm();
    const app = await startApp(crm, { settings: { bodyLimits: { ...large, ...limits } } });
    const [method = '', path = ''] = endpoint.split(' ');

    const answer = await app.send(method, path, body);

    expect([answer.status, answer.body.message]).toEqual([
      status,
      expect.stringMatching(new RegExp(`^${literal(start)}`)),
    ]);
    expect(answer.body.message.length).toBeLessThan(600);
    expect(crm.calls).toEqual([]);
  },
);

test.each([
  ['POST', '/contacts', '{"contacts":[', '1', ']}'],
  ['POST', '/contacts/sync', '{"contacts":[', '{}', ']}'],
  ['PUT', '/companies', '{"companies":[', '[]', ']}'],
  ['POST', '/associations', '{"associations":[', '{}', ']}'],
  ['POST', '/tasks/batch', '{"ids":[', '{}', ']}'],
])('%s %s with millions of entries is refused without building them', async (method, path, head, entry, tail) => {
  const app = await startApp(fakeCrm(), { settings: { bodyLimits: large } });
  const count = 1_500_000;
  const body = `${head}${`${entry},`.repeat(count)}${entry}${tail}`;

  const answer = await app.send(method, path, body);
  const compressed = await app.send(method, path, gzipSync(body), { 'content-encoding': 'gzip' });

  expect([answer.status, compressed.status]).toEqual([413, 413]);
});

test('a record with hundreds of thousands of fields is refused, in itself and in customFields', async () => {
  const app = await startApp(fakeCrm(), { settings: { bodyLimits: large } });

  for (const record of [
    `{"externalId":"a",${fields(200_000)}}`,
    `{"externalId":"a","customFields":{${fields(200_000)}}}`,
  ]) {
    const answer = await app.send('POST', '/contacts', `{"contacts":[${record}]}`);

    expect(answer.status).toBe(400);
    expect(answer.body.message).toMatch(/^contacts\[0\](\.customFields)? has more than 2000 fields/);
  }
});

test('the scanner counts every JSON value and accepts it, in slices of any size', () => {
  let counted = 0;
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.integer({ min: 1, max: 50 }), fc.boolean(), (json, slice, isSpaced) => {
      const text = isSpaced ? JSON.stringify(JSON.parse(json), null, 2) : json;
      const values = countValues(JSON.parse(text));
      const scan = (maxValues: number) => {
        const generous = { maxItems: 1e6, maxFields: 1e6, maxDepth: 100, maxValues };
        const scanner = createJsonScanner(Buffer.from(text), generous);
        while (!scanner.scan(slice));
      };

      scan(values);
      if (values === 0) return;
      counted += 1;
      expect(() => scan(values - 1)).toThrow('MAX_VALUES');
    }),
  );
  expect(counted).toBeGreaterThan(0);
});

test('a number that JavaScript cannot represent is read as its text, also where a list is parsed in parts', async () => {
  const text = Buffer.from(
    '{"a":[1,-12345678901234567890,1e999,[9007199254740993],12345678901234567000,0.1,1e2,12345678901234567890.5,1e-999,0e9,41.385063900000003]}',
  );
  const generous = { maxItems: 1e6, maxFields: 1e6, maxDepth: 100, maxValues: 1e6 };
  const scanner = createJsonScanner(text, generous, 4);
  while (!scanner.scan(3));

  const parsed = await parseInParts(text, scanner.longLists, keepDigits);

  expect(scanner.longLists).not.toEqual([]);
  expect(scanner.longNumbers.found).toBe(true);
  expect(parsed).toEqual({
    a: [
      ...[1, '-12345678901234567890', '1e999', ['9007199254740993'], 12345678901234567000, 0.1, 100],
      ...['12345678901234567890.5', '1e-999', 0, 41.385063900000006],
    ],
  });
});

test('the scanner accepts any bytes without failing', () => {
  const piece = fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '1', 'tru', ' ', '\\u00', 'é', '\u0000');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (pieces, slice) => {
      const scanner = createJsonScanner(Buffer.from(pieces.join('')), limits);
      try {
        while (!scanner.scan(slice));
      } catch (error) {
        expect(error).toMatchObject({ name: 'InvalidRequestError' });
      }
    }),
  );
});

test.each([
  ['gzip', Buffer.from('x')],
  ['gzip', Buffer.alloc(0)],
  ['gzip', gzipSync('{"contacts":[]}').subarray(0, 12)],
  ['gzip', Buffer.concat([gzipSync('{"contacts":[]}').subarray(0, -6), Buffer.from('broken')])],
  ['gzip', gzipSync('{"contacts":')],
  ['gzip', gzipSync(gzipSync('{"contacts":[]}'))],
  ['deflate', Buffer.from('garbage')],
  ['deflate', deflateRawSync('{"contacts":[]}')],
  ['deflate', deflateSync('{"contacts":[]}').subarray(0, 5)],
  ['br', Buffer.from('garbage')],
  ['br', brotliCompressSync('{"contacts":[]}').subarray(0, 4)],
  ['br', Buffer.alloc(0)],
])('a %s body that cannot be decoded is a 400, not a 500: %j', async (encoding, body) => {
  const app = await startApp(fakeCrm());

  const answer = await app.send('POST', '/contacts', body, { 'content-encoding': encoding });

  expect(answer.status).toBe(400);
  expect(app.log.entries.filter(({ level }) => level === 'error')).toEqual([]);
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['GZIP', gzipSync],
  ['identity', (text: string) => Buffer.from(text)],
  ['', (text: string) => Buffer.from(text)],
])('a body compressed with "%s" is read', async (encoding, compress) => {
  const app = await startApp(fakeCrm());
  const body = compress(JSON.stringify({ contacts: [{ externalId: 'a', firstName: 'Ada' }] }));

  const answer = await app.send('POST', '/contacts', body, { 'content-encoding': encoding });

  expect(answer.status).toBe(201);
});

test.each(['zstd', 'compress', 'gzip, br', 'constructor'])('the encoding %s is a 415', async (encoding) => {
  const app = await startApp(fakeCrm());

  const answer = await app.send('POST', '/contacts', zstdCompressSync('{}'), { 'content-encoding': encoding });

  expect(answer.status).toBe(415);
  expect(answer.body.message).toContain('gzip, deflate or br');
});

test('a body that expands a thousand times is refused, although it is under the limit', async () => {
  const app = await startApp(fakeCrm(), { settings: { bodyLimits: large } });
  const blanks = `{"contacts":[]${' '.repeat(15_000_000)}}`;

  for (const [encoding, compress] of [
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ] as const) {
    const answer = await app.send('POST', '/contacts', compress(blanks), { 'content-encoding': encoding });

    expect(answer.status).toBe(413);
    expect(answer.body.message).toContain('expands');
  }
});

test.each([
  [
    'lone continuation byte',
    Buffer.from('7b22636f6e7461637473223a5b7b2265787465726e616c4964223a22618022 7d5d7d'.replace(/ /g, ''), 'hex'),
  ],
  ['Latin-1', Buffer.from('{"contacts":[{"externalId":"a","firstName":"José"}]}', 'latin1')],
  ['UTF-16', Buffer.from('{"contacts":[{"externalId":"a","firstName":"Ada"}]}é', 'utf16le')],
  ['overlong', Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')])],
  ['surrogate', Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')])],
])('bytes that are not UTF-8 are a 400: %s', async (_what, body) => {
  const crm = fakeCrm();
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', body);

  expect(answer.status).toBe(400);
  expect(crm.calls).toEqual([]);
});

test.each(['utf-7', 'utf-16', 'utf-16le', 'utf-32', 'iso-8859-1', 'us-ascii', '"utf-16"'])(
  'the charset %s is a 415',
  async (charset) => {
    const app = await startApp(fakeCrm());

    const answer = await app.send('POST', '/contacts', '{"contacts":[]}', {
      'content-type': `application/json; charset=${charset}`,
    });

    expect([answer.status, answer.body.message]).toEqual([415, 'Send the body as UTF-8']);
  },
);

test.each(['utf-8', 'UTF-8', '"utf-8"', 'utf8'])(
  'the charset %s is accepted, and a byte order mark',
  async (charset) => {
    const app = await startApp(fakeCrm());

    const answer = await app.send('POST', '/contacts', '\ufeff{"contacts":[]}', {
      'content-type': `application/json; charset=${charset}`,
    });

    expect(answer.status).toBe(201);
  },
);

test('decompressors count as bodies in progress, since a few bytes may make each of them large', async () => {
  const limits = { maxBytes: 4_000, maxBytesInProgress: 20 * 1024 ** 2 };
  const app = await startApp(fakeCrm(), { settings: { bodyLimits: limits } });
  const body = brotliCompressSync('{"contacts":[]}');
  const open = [1, 2].map(() => openRequest(app.url, body.subarray(0, 4), 'br'));
  for (const each of open) await each.sent(4);

  const refused = await app.send('POST', '/contacts', body, { 'content-encoding': 'br' });
  const small = await app.send('POST', '/contacts', gzipSync('{"contacts":[]}'), { 'content-encoding': 'gzip' });
  for (const each of open) each.leave();
  await expect
    .poll(async () => (await app.send('POST', '/contacts', body, { 'content-encoding': 'br' })).status)
    .toBe(201);

  expect([refused.status, refused.body.error, small.status]).toEqual([503, 'Bridge busy', 201]);
});

test('bodies in progress are bounded together: one more is a 503 with Retry-After, and is served once there is room', async () => {
  const app = await startApp(fakeCrm(), { settings: { bodyLimits: { maxBytes: 4_000, maxBytesInProgress: 5_000 } } });
  const body = JSON.stringify({ contacts: [{ externalId: 'a', firstName: 'A', bio: 'b'.repeat(3_000) }] });

  const slow = openRequest(app.url, '{"contacts":[{"externalId":"slow","firstName":"S","bio":"');
  await slow.sent(body.length - 500);
  const refused = await app.send('POST', '/contacts', body);
  slow.end('"}]}');
  const first = await slow.status;
  const second = await app.send('POST', '/contacts', body);

  expect([refused.status, refused.body.error, refused.headers.get('retry-after')]).toEqual([503, 'Bridge busy', '5']);
  expect([first, second.status]).toEqual([201, 201]);
});

test('space is released when a body is rejected or broken, or its caller disconnects', async () => {
  const app = await startApp(fakeCrm(), { settings: { bodyLimits: { maxBytes: 4_000, maxBytesInProgress: 4_000 } } });

  for (let n = 0; n < 5; n += 1) {
    await app.send('POST', '/contacts', '{'.repeat(3_900));
    await app.send('POST', '/contacts', 'x'.repeat(5_000));
    const leaver = openRequest(app.url, '{"contacts":[');
    await leaver.sent(3_000);
    leaver.leave();
  }

  await expect.poll(async () => (await app.send('POST', '/contacts', ' '.repeat(3_000))).status).toBe(400);
  expect((await app.send('POST', '/contacts', `{"contacts":[]${' '.repeat(3_900)}}`)).status).toBe(201);
});

/** A request whose body arrives in parts. */
function openRequest(url: string, head: string | Buffer, encoding?: string) {
  const { promise: status, resolve } = Promise.withResolvers<number>();
  const call = request(`${url}/contacts`, {
    method: 'POST',
    headers: {
      'x-api-key': 'good-key-for-tests',
      'content-type': 'application/json',
      ...(encoding !== undefined && { 'content-encoding': encoding }),
    },
  });
  call.on('response', (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  call.on('error', () => resolve(0));
  return {
    /** Sends this many bytes, and waits until another request on the same server shows that they have arrived. */
    async sent(bytes: number) {
      await new Promise((done) =>
        call.write(Buffer.concat([Buffer.from(head), Buffer.alloc(bytes - head.length, 'b')]), done),
      );
      await fetch(`${url}/livez`);
    },
    end: (tail: string) => call.end(tail),
    leave: () => call.destroy(),
    status,
  };
}

function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, item) => sum + countValues(item), 1);
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

test('records that share an id are merged as long as they have a bounded number of fields together', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);
  const record = (n: number, count: number) =>
    `{"externalId":"a","firstName":"A${n}",${Array.from({ length: count }, (_unused, at) => `"f${n}x${at}":1`).join()}}`;
  const contacts = (records: number, count: number) =>
    `{"contacts":[${Array.from({ length: records }, (_unused, n) => record(n, count)).join()}]}`;

  const refused = await app.send('POST', '/contacts', contacts(6, 1_900));
  const served = await app.send('POST', '/contacts', contacts(50, 2));

  expect([refused.status, refused.body.message]).toEqual([
    400,
    'The records with externalId a have more than 10000 different fields together',
  ]);
  expect(served.status).toBe(201);
  expect([...(crm.records.get('contacts')?.values() ?? [])]).toMatchObject([{ properties: { firstname: 'A49' } }]);
});
