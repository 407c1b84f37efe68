import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { Composer } from '../../src/capture/record/compose-capture.ts';
import type { RawCapture } from '../../src/capture/record/raw-capture.ts';
import { operations } from '../../src/contract/operations.ts';
import { hubSpotProtocol } from '../../src/crm/hubspot/protocol/hubspot-protocol.ts';
import { canary, encodings, nestings } from './canary-forms.ts';

const composer = new Composer(hubSpotProtocol, {
  personalData: 'redact',
  secret: 'a secret of this test',
  bridge: { version: '0', node: '24', sandbox: true },
  settings: { requestTimeoutMs: 1, hubspotTimeoutMs: 1, bodyLimitBytes: 1, burstPerTenSeconds: 1, searchPerSecond: 1 },
});

const [syncContacts] = operations.filter(({ path }) => path === '/contacts/sync');

type Schema = Readonly<Record<string, unknown>>;

/** A body of this schema whose texts are all from `leaf`; unknown fields and nested ones are added to every object. */
function sample(schema: unknown, leaf: () => string, root = schema): unknown {
  if (typeof schema !== 'object' || schema === null) return leaf();
  const { $ref, anyOf, allOf, type, properties, items } = schema as Schema;
  if (typeof $ref === 'string') {
    const definitions = (root as { $defs?: Record<string, unknown> }).$defs ?? {};
    return sample(definitions[$ref.split('/').at(-1) ?? ''], leaf, root);
  }
  if (Array.isArray(anyOf)) return sample(anyOf[0], leaf, root);
  if (Array.isArray(allOf)) return Object.assign({}, ...allOf.map((part) => sample(part, leaf, root)));
  if (type === 'array') return [sample(items, leaf, root), sample(items, leaf, root)];
  if (type === 'number' || type === 'integer') return 7;
  if (type === 'boolean') return true;
  if (type !== 'object') return leaf();
  const known = Object.entries((properties ?? {}) as Schema).map(([name, each]) => [name, sample(each, leaf, root)]);
  const nested = { id: leaf(), status: leaf(), error: [leaf(), { message: leaf(), externalId: leaf() }] };
  return {
    ...Object.fromEntries(known),
    somethingNew: leaf(),
    status: leaf(),
    nested,
    metadata: { status: leaf(), nested },
  };
}

/** Enginy's own ids stay, whatever they look like, and those of the CRM where they are one word with a digit. */
function withOwnId(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (key, value: unknown) => {
    const isId = typeof value === 'string' && /^(?=\D*\d)[\w-]+$/.test(value);
    return key === 'externalId' || (isId && /^(?:crm|contact|company)(?:CRM)?Id$/.test(key)) ? 'lead-1' : value;
  });
}

function rawOf(operation: (typeof operations)[number] | undefined, leaf: () => string): RawCapture {
  if (operation === undefined) throw new Error('there is no such operation');
  const options = { io: 'input', unrepresentable: 'any' } as const;
  const body = operation.body === undefined ? leaf() : sample(z.toJSONSchema(operation.body, options), leaf);
  const answer = sample(z.toJSONSchema(operation.answer, options), leaf);
  const crmAnswer = {
    status: leaf(),
    results: [
      { id: leaf(), properties: { email: leaf(), lastname: leaf(), custom: leaf(), odd: { x: leaf() } }, new: leaf() },
    ],
    errors: [{ status: 'error', category: leaf(), message: leaf(), context: { ids: [leaf()], name: [leaf()] } }],
    paging: { next: { after: leaf() } },
  };
  return {
    requestId: 'r-1',
    startedAt: '2026-11-25T10:00:00.000Z',
    durationMs: 1,
    method: operation.method.toUpperCase(),
    path: `${operation.path.replace('{id}', () => encodeURIComponent(leaf()))}?phone=${encodeURIComponent(leaf())}&${encodeURIComponent(leaf())}`,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(withOwnId(body))),
    answer: { status: 200, headers: {}, text: JSON.stringify(withOwnId(answer)) },
    exchanges: [
      {
        purpose: 'read contacts',
        method: 'POST',
        path: `/crm/v3/objects/contacts/batch/read?query=${encodeURIComponent(leaf())}`,
        requestText: JSON.stringify({
          idProperty: 'email',
          inputs: [{ id: leaf() }],
          filters: [{ propertyName: 'phone', operator: 'EQ', value: leaf() }],
        }),
        status: 207,
        responseHeaders: {},
        responseText: JSON.stringify(crmAnswer),
        startedAt: '2026-11-25T10:00:00.000Z',
        durationMs: 1,
        waitedMs: 0,
        attempt: 1,
      },
    ],
    remembered: [{ objectType: 'contacts', name: 'email', value: leaf(), id: '1' }],
    mappingHash: '',
    isTrimmed: false,
  };
}

test.each(Object.entries(encodings))('no text of any operation still contains a canary: %s', (_name, encode) => {
  const needle = encode(canary);
  const needles = [needle, JSON.stringify(needle).slice(1, -1), encodeURIComponent(needle)].map((each) =>
    each.toLowerCase(),
  );
  const survivors: string[] = [];
  let count = 0;
  for (const operation of operations) {
    for (let shift = 0; shift < 2; shift += 1) {
      const leaf = () => {
        count += 1;
        return (nestings[(count + shift) % nestings.length] ?? String)(needle);
      };
      const { text, name, isOverTime } = composer.compose(rawOf(operation, leaf), []);
      expect(isOverTime).toBe(false);
      const found = needles.map((each) => (name + text).toLowerCase().indexOf(each)).find((at) => at >= 0);
      if (found !== undefined)
        survivors.push(`${operation.method} ${operation.path}: ${text.slice(found - 80, found + 60)}`);
    }
  }
  expect(survivors).toEqual([]);
  expect(count).toBeGreaterThan(1_000);
});

test("Enginy's ids stay whatever they look like, and a body that is too deep is omitted", () => {
  const id = 'ada@lovelace.example/+34 600 111 222';
  const raw = rawOf(syncContacts, () => 'x');
  const own = { ...raw, body: Buffer.from(JSON.stringify({ contacts: [{ externalId: id, note: id }] })) };
  const deep = { ...raw, body: Buffer.from(`{"contacts":[{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}]}`) };

  expect(JSON.parse(composer.compose(own, []).text).request.body.contacts[0]).toEqual({ externalId: id, note: id });
  expect(composer.compose(deep, []).isOverTime).toBe(true);
  expect(JSON.parse(composer.compose(deep, []).text).trimmed).toBe(true);
});

test('bodies of too many values together are omitted without being parsed', () => {
  const raw = rawOf(syncContacts, () => 'x');
  const [exchange] = raw.exchanges;
  if (exchange === undefined) throw new Error('the sample has a call');
  const objects = (count: number) => `[${'{},'.repeat(count)}{}]`;
  const text = `{"contacts":[{"externalId":"1","bio":"${'[,{'.repeat(200_000)}"}]}`;
  const tooMany = [
    { ...raw, body: Buffer.from(objects(110_000)) },
    { ...raw, exchanges: [{ ...exchange, responseText: objects(110_000) }] },
    { ...raw, exchanges: [{ ...exchange, requestText: objects(110_000) }] },
    { ...raw, exchanges: Array.from({ length: 10 }, () => ({ ...exchange, responseText: objects(12_000) })) },
  ];
  const parse = vi.spyOn(JSON, 'parse');
  onTestFinished(() => parse.mockRestore());

  expect(tooMany.map((each) => composer.compose(each, []).isOverTime)).toEqual([true, true, true, true]);
  composer.addKnowledge('definitions#1', { ...exchange, responseText: objects(110_000) });
  expect(parse.mock.calls.filter(([given]) => given.length > 1_000)).toEqual([]);
  expect(composer.compose({ ...raw, body: Buffer.from(text) }, []).isOverTime).toBe(false);
});

test('a capture that takes too much time is written without its bodies', () => {
  let now = 0;
  const slow = new Composer(
    hubSpotProtocol,
    {
      personalData: 'redact',
      secret: 'x'.repeat(16),
      bridge: { version: '0', node: '24', sandbox: true },
      settings: {
        requestTimeoutMs: 1,
        hubspotTimeoutMs: 1,
        bodyLimitBytes: 1,
        burstPerTenSeconds: 1,
        searchPerSecond: 1,
      },
    },
    () => (now += 100),
  );
  const { text, isOverTime } = slow.compose(
    rawOf(syncContacts, () => 'Zqx'),
    [],
  );

  expect(isOverTime).toBe(true);
  expect(JSON.parse(text).request.body).toBeUndefined();
});

test("an id of the CRM's that has a digit stays where Enginy sends it and where a message repeats it, unless it is an address", () => {
  const [update] = operations.filter(({ path, method }) => path === '/contacts' && method === 'put');
  const ids = ['abc1', 'hs_12-x', 'zqx@acme.example', '+34 600 111 222', 'Zqx', 'Zqx Vkwj'];
  const raw = rawOf(update, () => '');
  const error = (crmId: string) => `Sync again: No contact with id ${crmId} exists in the CRM`;
  const answer = { results: ids.map((crmId) => ({ crmId, success: false, error: error(crmId) })) };
  const body = { contacts: ids.map((crmId) => ({ crmId, title: 'CTO' })) };
  const { text } = composer.compose(
    {
      ...raw,
      path: '/contacts',
      exchanges: [],
      body: Buffer.from(JSON.stringify(body)),
      answer: { status: 200, headers: {}, text: JSON.stringify(answer) },
    },
    [],
  );

  for (const id of ['abc1', 'hs_12-x']) {
    expect(text).toContain(`"crmId": "${id}"`);
    expect(text).toContain(`with id ${id} exists`);
  }
  for (const part of ['zqx', '111 222', 'vkwj']) expect(text.toLowerCase()).not.toContain(part);
});
