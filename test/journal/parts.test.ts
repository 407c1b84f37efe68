import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { DecidedRequest, RecordDecision } from '../../src/bridge/decisions.ts';
import { createDigest } from '../../src/journal/digests.ts';
import type { JournalReader, JournalRequest } from '../../src/journal/journal.ts';
import { openJournalFile } from '../../src/journal/journal-file.ts';
import { toParts } from '../../src/journal/request-parts.ts';
import { createRequestWriter } from '../../src/journal/write-requests.ts';
import { readJournal } from './journaling.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const secret = 'a secret of the test';

/** A journal that is written and read at once. */
function openJournal() {
  const folder = temporaryFolder();
  const database = openJournalFile(folder, () => expect.unreachable('it is not damaged'));
  onTestFinished(() => database.close());
  const writer = createRequestWriter(database, createDigest(secret), 'test');
  let written = 0;
  return {
    reader: readJournal(folder, secret),
    write(records: readonly RecordDecision[]): string {
      written += 1;
      const requestId = `r-${written}`;
      const head = { requestId, at: written, method: 'PUT', route: '/contacts', status: 200, durationMs: 1 };
      const decided: DecidedRequest = { ...head, records };
      writer.write(toParts(decided, written).map((part) => part.toText()));
      return requestId;
    },
  };
}

async function requestOf(reader: JournalReader, requestId: string): Promise<JournalRequest> {
  const [found] = await reader.requests({ wholeRequestId: requestId, limit: 1 });
  if (found === undefined) throw new Error(`${requestId} is not in the journal`);
  return found;
}

const nothing: RecordDecision = {
  object: 'contacts',
  outcome: 'updated',
  written: [],
  heldBack: [],
  createdProperties: [],
  warnings: 0,
  emails: [],
};

const name = fc.constantFrom('email', 'phone', 'city', 'a "quoted" name', 'línea\n2', '');
const names = fc.array(name, { maxLength: 3 });
const ids = fc.array(fc.string({ maxLength: 5 }), { maxLength: 2 });
const decision: fc.Arbitrary<RecordDecision> = fc.record(
  {
    object: fc.constantFrom('contacts', 'companies', 'tasks'),
    outcome: fc.constantFrom('updated', 'created', 'several', 'failed', 'matched', 'not-found'),
    written: names,
    heldBack: fc.array(
      fc.record(
        { field: name, property: name, reason: fc.constantFrom('if-empty', 'never'), detail: name },
        {
          requiredKeys: ['field', 'reason'],
        },
      ),
      { maxLength: 2 },
    ),
    createdProperties: names,
    warnings: fc.nat(2),
    emails: fc.constant([]),
    externalId: fc.string({ unit: 'binary', maxLength: 8 }),
    crmId: fc.stringMatching(/^[0-9]{1,3}$/),
    rule: name,
    tried: names,
    byIndex: names,
    linkedBy: name,
    unusualFields: fc.record({ a: name }),
    contactId: fc.string({ maxLength: 3 }),
    companyId: fc.string({ maxLength: 3 }),
    position: fc.nat(9),
    matchingIds: ids,
    setAside: fc.array(fc.record({ id: name, rule: name, differs: name }), { maxLength: 2 }),
    survivorId: name,
    sweptAgoMs: fc.nat(5),
    problem: fc.record(
      { kind: fc.constantFrom('refused', 'conflict'), text: name, existingId: name },
      {
        requiredKeys: ['kind'],
      },
    ),
  },
  { requiredKeys: ['object', 'outcome', 'written', 'heldBack', 'createdProperties', 'warnings', 'emails'] },
);

test('every record is read as it was decided, those that failed first, whatever others of its request have in common with it', async () => {
  const { reader, write } = openJournal();
  await fc.assert(
    fc.asyncProperty(fc.array(decision, { minLength: 1, maxLength: 6 }), fc.nat(450), async (kinds, more) => {
      // A few decisions, repeated so that records of a part share them.
      const records = Array.from({ length: kinds.length + more }, (_unused, n) => kinds[n % kinds.length] ?? nothing);
      const request = await requestOf(reader, write(records));
      const isFailed = ({ outcome }: RecordDecision) => outcome === 'failed' || outcome === 'several';
      const ordered = [...records.filter(isFailed), ...records.filter((record) => !isFailed(record))];

      const entries = await reader.recordsOf(request, 1_000);

      expect(entries).toEqual(ordered.map(({ emails: _emails, ...record }) => ({ ...record, request })));
      expect(await reader.recordsOf(request, 7)).toEqual(entries.slice(0, 7));
      const first = ordered.find((record) => isFailed(record)) ?? records.find(({ heldBack }) => heldBack.length > 0);
      const trouble = await reader.firstTrouble(request);
      expect(trouble?.heldBack).toEqual(first?.heldBack);
      expect(trouble?.externalId).toEqual(first?.externalId);
    }),
    { numRuns: 40 },
  );
});

test('a request is found by the whole id of one of its many records, and by no other text of the row that holds them', async () => {
  const { reader, write } = openJournal();
  const many = Array.from({ length: 500 }, (_unused, n) => ({
    ...nothing,
    externalId: `lead-${n}`,
    crmId: `${9_000 + n}`,
  }));
  const odd = [
    { ...nothing, externalId: 'a","b' },
    { ...nothing, externalId: 'Ünal "x"' },
  ];
  const [first, second] = [write(many), write(odd)];
  const find = async (text: string) => (await reader.requests({ text, limit: 9 })).map(({ requestId }) => requestId);

  expect(await find('lead-499')).toEqual([first]);
  expect(await find('9250')).toEqual([first]);
  expect(await find('a","b')).toEqual([second]);
  expect(await find('Ünal "x"')).toEqual([second]);
  for (const text of ['lead-', 'ead-49', '925', ',', '","', '],[', '0', 'b', 'null'])
    expect(await find(text)).toEqual([]);
});

test('records are found by their ids and addresses wherever they are in a large request', async () => {
  const { reader, write } = openJournal();
  const long = 'x'.repeat(600);
  const records = Array.from(
    { length: 450 },
    (_unused, n): RecordDecision => ({
      ...nothing,
      externalId: n === 449 ? long : `lead-${n}`,
      emails: [`Person-${n}@Example.com`],
      ...(n === 300 && { matchingIds: ['71', '72'], outcome: 'several' }),
    }),
  );
  write(records);
  const find = async (text: string) => (await reader.lifeOf(text, 9)).map(({ externalId }) => externalId);

  for (const n of [0, 199, 200, 399, 400, 448]) {
    expect(await find(`lead-${n}`)).toEqual([`lead-${n}`]);
    expect(await find(` person-${n}@example.com`)).toEqual([`lead-${n}`]);
  }
  expect(await find('72')).toEqual(['lead-300']);
  expect(await find(long)).toEqual([long.slice(0, 512)]);
});
