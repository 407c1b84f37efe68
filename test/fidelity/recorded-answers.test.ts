import { expect, test } from 'vitest';
import type { SandboxOptions } from '../../sandbox/sandbox.ts';
import { raw, startPortal, type TestPortal } from '../sandbox/conformance/portal.ts';
import { type RecordedExchange, recordedExchanges } from './recorded-exchanges.ts';

type Json = Record<string, unknown>;

const recordings = recordedExchanges();

/** Every field of the recording is in the answer, with a value of the same type. */
function expectFields(answer: unknown, recording: unknown, at = ''): void {
  if (Array.isArray(recording)) {
    expect(Array.isArray(answer), at).toBe(true);
    if (recording.length > 0) expectFields((answer as unknown[])[0], recording[0], `${at}[0]`);
  } else if (typeof recording === 'object' && recording !== null) {
    for (const [key, value] of Object.entries(recording)) {
      expect(answer, at).toHaveProperty([key]);
      expectFields((answer as Json)[key], value, `${at}.${key}`);
    }
  } else if (recording !== null) expect(typeof answer, at).toBe(typeof recording);
}

async function answerOf(
  { sandbox }: TestPortal,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Json; headers: Record<string, string> }> {
  const response = await raw(sandbox, path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  return {
    status: response.status,
    body: (await response.json()) as Json,
    headers: Object.fromEntries(response.headers),
  };
}

const contacts = '/crm/v3/objects/contacts';

interface Story {
  readonly name: string;
  readonly file: string;
  readonly pick: (exchange: RecordedExchange) => boolean;
  readonly options?: SandboxOptions;
  readonly call: (portal: TestPortal) => Promise<{ status: number; body: Json; headers: Record<string, string> }>;
  /** Where the recording was made through a tool that reports every success as 200. */
  readonly status?: number;
  /** What the answer and the recording must have in common to the letter. */
  readonly same: readonly string[];
}

const taken = { contacts: [{ properties: { email: 'ada@example.com' } }] };

const stories: readonly Story[] = [
  {
    name: 'a single create of an existing contact',
    file: 'issues__error-bodies',
    pick: ({ status, path }) => status === 409 && path === contacts,
    call(portal) {
      portal.sandbox.seed(taken);
      return answerOf(portal, 'POST', contacts, { properties: { email: 'ada@example.com' } });
    },
    same: ['status', 'category'],
  },
  {
    name: 'a batch create with an existing contact',
    file: 'issues__error-bodies',
    pick: ({ status, path }) => status === 409 && path.endsWith('/batch/create'),
    call(portal) {
      portal.sandbox.seed(taken);
      const inputs = ['new@example.com', 'ada@example.com'].map((email) => ({ properties: { email } }));
      return answerOf(portal, 'POST', `${contacts}/batch/create`, { inputs });
    },
    same: ['status', 'category'],
  },
  {
    name: 'a missing scope',
    file: 'issues__error-bodies',
    pick: ({ status }) => status === 403,
    options: { scopes: [] },
    call: (portal) => answerOf(portal, 'GET', contacts),
    same: ['status', 'category', 'message'],
  },
  {
    name: 'the secondly limit',
    file: 'issues__error-bodies',
    pick: ({ status, response }) => status === 429 && 'groupName' in response,
    options: { limits: { search: 0 } },
    call: (portal) => answerOf(portal, 'POST', `${contacts}/search`, {}),
    same: ['status', 'message', 'errorType', 'policyName'],
  },
  {
    name: 'the secondly limit in its older form',
    file: 'grouparoo__search-contacts-429',
    pick: () => true,
    options: { limits: { search: 0 }, switches: { rateLimitBody: 'category', searchHeaders: 'daily' } },
    call: (portal) => answerOf(portal, 'POST', `${contacts}/search`, {}),
    same: ['status', 'message', 'category'],
  },
  {
    name: 'duplicate ids in a batch',
    file: 'rudder__batch-400',
    pick: ({ response }) => String(response.message).startsWith('Duplicate IDs'),
    call(portal) {
      portal.sandbox.seed({ contacts: [{ id: '12877907025', properties: { firstname: 'A' } }] });
      const inputs = ['a', 'b'].map((firstname) => ({ id: '12877907025', properties: { firstname } }));
      return answerOf(portal, 'POST', `${contacts}/batch/update`, { inputs });
    },
    same: ['status', 'category', 'message', 'context'],
  },
  {
    name: 'inputs of the wrong form',
    file: 'rudder__batch-400',
    pick: ({ response }) => String(response.message).startsWith('Invalid input JSON'),
    call: (portal) => answerOf(portal, 'POST', `${contacts}/batch/update`, { inputs: [[{}]] }),
    same: ['status'],
  },
  {
    name: 'a write that succeeds in part',
    file: 'rudder__batch-upsert-207',
    pick: ({ response }) =>
      Array.isArray(response.errors) &&
      response.errors.length > 0 &&
      Array.isArray(response.results) &&
      response.results.length > 0,
    call(portal) {
      const inputs = ['success@example.com', 'nonsense'].map((email) => ({
        id: email,
        idProperty: 'email',
        properties: { email, firstname: 'A', lastname: 'B' },
        objectWriteTraceId: email,
      }));
      return answerOf(portal, 'POST', `${contacts}/batch/upsert`, { inputs });
    },
    same: [],
  },
  {
    name: 'account details',
    file: 'nango__fetch-account-information',
    pick: () => true,
    options: { limits: {} },
    call: (portal) => answerOf(portal, 'GET', '/account-info/v3/details'),
    same: [],
  },
  {
    name: 'owners',
    file: 'nango__owners',
    pick: () => true,
    call(portal) {
      portal.sandbox.seed({
        owners: [{ id: '1', type: 'PERSON', email: 'a@example.com', firstName: 'A', lastName: 'B', userId: 2 }],
      });
      return answerOf(portal, 'GET', '/crm/v3/owners?limit=100');
    },
    same: [],
  },
  {
    name: 'a new property',
    file: 'nango__create-property',
    pick: () => true,
    status: 201,
    call: (portal) =>
      answerOf(portal, 'POST', '/crm/v3/properties/contacts', {
        name: 'test_prop',
        label: 'Test Property',
        type: 'string',
        fieldType: 'text',
        groupName: 'contactinformation',
        description: 'Test description',
      }),
    same: ['type', 'options', 'displayOrder', 'modificationMetadata', 'dataSensitivity', 'calculated', 'formField'],
  },
  {
    name: 'a page of contacts',
    file: 'nango__list-contacts',
    pick: () => true,
    options: { limits: {} },
    call(portal) {
      portal.sandbox.seed({
        contacts: [{ properties: { email: 'a@example.com', firstname: 'A', lastname: 'B', phone: '+1234567890' } }],
      });
      return answerOf(
        portal,
        'GET',
        `${contacts}?limit=100&properties=email,firstname,lastname,phone,createdate,lastmodifieddate`,
      );
    },
    same: [],
  },
];

test.each(stories)('responds with the recorded fields: $name', async ({ file, pick, options, call, status, same }) => {
  const portal = await startPortal(options);

  const answer = await call(portal);

  const exchange = recordings.get(file)?.find(pick);
  if (!exchange) throw new Error(`HUBSPOT_RECORDINGS_DIR has no such exchange in ${file}.json`);
  expect(answer.status).toBe(status ?? exchange.status);
  expectFields(answer.body, exchange.response);
  for (const field of same) expect(answer.body[field], field).toEqual(exchange.response[field]);
  const headers = Object.keys(exchange.headers ?? {});
  for (const name of headers.filter((header) => header.startsWith('x-hubspot-')))
    expect(answer.headers).toHaveProperty([name]);
});
