import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Operation, operations } from '../../src/contract/operations.ts';
import { defaultBodyLimits } from '../../src/http/body/body-limits.ts';
import { loadMappings } from '../../src/mapping/load/load-mappings.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';

const shippedMappings = loadMappings(new URL('../../mappings/hubspot', import.meta.url).pathname, {});

const withBody = operations.filter(({ body }) => body !== undefined);
const titled = withBody.map((operation) => [operation.method.toUpperCase(), operation.path, operation] as const);

/** What has broken parsers, patterns and databases before. */
const oddTexts = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202eabc',
  '__proto__',
  'constructor',
  '<script>alert(1)</script>',
  '&lt;img src=x onerror=alert(1)&gt;',
  "'; drop table",
  '{{7*7}}',
  '-1',
  '1e999',
  'NaN',
  '9'.repeat(400),
  '2026-99-99T99:99:99Z',
  'a@b@c',
  'http://[::1',
  '+0000000000000000000',
  '🏴\u200d☠️',
  'a\u0323\u0301'.repeat(50),
];

/** The names that the contract and the mapping files know in the bodies of an operation. */
function namesOf({ path }: Operation): readonly string[] {
  const kind = path.split('/')[1];
  const rows =
    kind === 'contacts' || kind === 'companies'
      ? (shippedMappings[kind]?.write.fields.map(({ enginy }) => enginy) ?? [])
      : [];
  const own = ['externalId', 'crmId', 'contactCRMId', 'companyCRMId', 'ids', 'completed', 'customFields', 'tags'];
  const timeline = [
    'type',
    'subject',
    'body',
    'description',
    'direction',
    'ownerId',
    'occurredAt',
    'dueDate',
    'metadata',
  ];
  return [...rows.filter((name) => typeof name === 'string'), ...own, ...timeline, 'contactId', 'companyId'];
}

function bodyOf(operation: Operation): fc.Arbitrary<unknown> {
  const text = fc.oneof(fc.constantFrom(...oddTexts), fc.string(), fc.string({ unit: 'binary' }));
  const value = fc.oneof({ weight: 3, arbitrary: text }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) });
  const name = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...namesOf(operation)) },
    { weight: 1, arbitrary: text },
  );
  const record = fc.dictionary(name, value, { maxKeys: 12 });
  const identified = record.map((fields) => ({
    externalId: 'e-1',
    crmId: '1',
    contactCRMId: '1',
    companyCRMId: '2',
    type: 'EMAIL',
    subject: 's',
    ...fields,
  }));
  const list = fc.array(fc.oneof({ weight: 4, arbitrary: identified }, { weight: 1, arbitrary: value }), {
    maxLength: 4,
  });
  const lists = fc.record({
    contacts: list,
    companies: list,
    associations: list,
    ids: fc.array(value),
    completed: fc.boolean(),
  });
  return fc.oneof(
    { weight: 4, arbitrary: lists },
    { weight: 4, arbitrary: identified },
    { weight: 1, arbitrary: value },
  );
}

test.each(titled)('%s %s answers any JSON with a status below 500', async (_method, _path, operation) => {
  const app = await startApp(fakeCrm());
  const path = operation.path.replace('{id}', '1');

  await fc.assert(
    fc.asyncProperty(bodyOf(operation), async (body) => {
      const answer = await app.send(operation.method.toUpperCase(), path, JSON.stringify(body) ?? 'null');

      expect(answer.status).toBeLessThan(500);
    }),
    { numRuns: 60 },
  );
  expect(app.log.entries.filter(({ level }) => level === 'error')).toEqual([]);
});

const units = [' ', '\u0323\u0301', '1', '<', '@', '=', 'a', '&lt;', '1 ', 'a.'];
/** Patterns give up on the last character, and then try again. */
const textOf = (unit: string, length: number) => `${unit.repeat(length / unit.length)}!`;

test.each(titled)('%s %s: a text ten times as long costs ten times as much, in every field', async (...titles) => {
  const [, , operation] = titles;
  const app = await startApp(fakeCrm(), { settings: { bodyLimits: { ...defaultBodyLimits } } });
  const names = [...new Set([...namesOf(operation), ...shapeNames(operation.body)])];
  /** Milliseconds of processor time of a request in which every field has a text of this length. */
  const costOf = async (length: number, shift: number) => {
    const record = Object.fromEntries(
      names.map((name, at) => [name, textOf(units[(at + shift) % units.length] ?? ' ', length)]),
    );
    const before = process.threadCpuUsage();
    for (const sent of isOfRecords(operation) ? [record] : [record, onlyProse(record)]) {
      const path = operation.path.replace('{id}', '1');
      const answer = await app.send(operation.method.toUpperCase(), path, bodyAround(operation, sent));
      expect(answer.status).toBeLessThan(500);
    }
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  };

  await costOf(200_000, 0);
  for (const shift of units.keys()) {
    const short = Math.min(await costOf(4_000, shift), await costOf(4_000, shift));
    // A hundred times as much if it grows with the square.
    const limit = 20 * short + 50;
    const long = await costOf(40_000, shift);
    // Another test of this thread may have had its turn meanwhile.
    expect(long <= limit ? long : Math.min(long, await costOf(40_000, shift))).toBeLessThan(limit);
  }
});

/** Records have no fields of limited length but their ids. */
function isOfRecords({ path }: Operation): boolean {
  return /^\/(contacts|companies)(\/sync)?$/.test(path);
}

/** Without the fields whose length the contract limits: the rest is looked at only if these are valid. */
function onlyProse(record: Readonly<Record<string, string>>): object {
  const limited = [
    'type',
    'direction',
    'ownerId',
    'occurredAt',
    'dueDate',
    'metadata',
    'contactId',
    'companyId',
    'completed',
  ];
  return Object.fromEntries(Object.entries(record).filter(([name]) => !limited.includes(name)));
}

/** The record where the operation has its records, with an id that lets it through. */
function bodyAround({ path, method }: Operation, record: object): object {
  const kind = path.split('/')[1] ?? '';
  if (path.endsWith('/batch')) return { ids: Object.values(record).slice(0, 20), completed: true };
  if (kind === 'contacts' || kind === 'companies') {
    return { [kind]: [{ ...record, [method === 'put' ? 'crmId' : 'externalId']: 'e-1' }] };
  }
  if (kind === 'associations') return { associations: [record] };
  return kind === 'activities' ? { ...record, type: 'EMAIL' } : record;
}

function shapeNames(schema: z.ZodType | undefined): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
