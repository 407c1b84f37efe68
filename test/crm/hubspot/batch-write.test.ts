import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRecordBatch } from '../../../src/crm/hubspot/calls/record-response.ts';
import type { BatchInput } from '../../../src/crm/hubspot/records/batch-input.ts';
import { BatchWrite } from '../../../src/crm/hubspot/records/batch-write.ts';
import { matchResults } from '../../../src/crm/hubspot/records/match-results.ts';
import { readHubSpotError } from '../../../src/crm/hubspot/transport/error-body.ts';
import { HubSpotRefusal } from '../../../src/crm/hubspot/transport/hubspot-refusal.ts';

const inputs = (count: number): BatchInput[] =>
  Array.from({ length: count }, (_, at) => ({ traceId: String(at), properties: { lastname: `n${at}` } }));

/** HubSpot at its least helpful: it rejects any call that contains a bad record, without naming the record. */
function silentRefuser(bad: ReadonlySet<string>): {
  writeAll(write: BatchWrite<BatchInput>, batch: readonly BatchInput[]): Promise<void>;
  calls: number[];
  written: string[];
} {
  const calls: number[] = [];
  const written: string[] = [];
  const send = async (sent: readonly BatchInput[]) => {
    calls.push(sent.length);
    if (sent.some(({ traceId }) => bad.has(traceId))) {
      const body = readHubSpotError({
        status: 'error',
        message: 'There was a problem with the request.',
        category: 'VALIDATION_ERROR',
      });
      throw new HubSpotRefusal('HubSpot refused the call', { status: 400 }, body);
    }
    written.push(...sent.map(({ traceId }) => traceId));
    return readRecordBatch({ results: sent.map(({ traceId, properties }) => ({ id: `9${traceId}`, properties })) });
  };
  const writeAll = async (write: BatchWrite<BatchInput>, batch: readonly BatchInput[]) => {
    for await (const part of write.parts(batch)) await write.settle(part, send(part));
  };
  return { writeAll, calls, written };
}

test('finds one unnamed bad record of 100 with at most eight extra calls, wherever it is', async () => {
  for (let bad = 0; bad < 100; bad += 1) {
    const hubspot = silentRefuser(new Set([String(bad)]));
    const write = new BatchWrite<BatchInput>({ unsure: 'ambiguous' });
    const batch = inputs(100);

    await hubspot.writeAll(write, batch);

    expect(hubspot.calls.length).toBeLessThanOrEqual(9);
    expect([...write.outcomes.values()].filter((outcome) => 'record' in outcome)).toHaveLength(99);
    expect(write.outcomes.get(batch[bad] ?? { traceId: '', properties: {} })).toMatchObject({
      problem: { kind: 'invalid' },
    });
  }
});

test('writes every good record once and refuses every bad one, however many there are', () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 100 }),
      fc.array(fc.nat(99), { maxLength: 12 }),
      async (count, positions) => {
        const bad = new Set(positions.filter((at) => at < count).map(String));
        const hubspot = silentRefuser(bad);
        const write = new BatchWrite<BatchInput>({ unsure: 'ambiguous' });
        const batch = inputs(count);

        await hubspot.writeAll(write, batch);

        for (const input of batch) {
          expect('problem' in (write.outcomes.get(input) ?? {})).toBe(bad.has(input.traceId));
        }
        expect(hubspot.written.sort()).toEqual(
          batch
            .map(({ traceId }) => traceId)
            .filter((id) => !bad.has(id))
            .sort(),
        );
      },
    ),
  ));

test('matches results by trace id before anything else', () => {
  const batch = inputs(2);
  const results = [
    { id: '91', properties: { lastname: 'n0' }, traceId: '1' },
    { id: '90', properties: { lastname: 'n1' }, traceId: '0' },
  ];

  expect([...matchResults(batch, results)].map(([{ traceId }, { id }]) => [traceId, id])).toEqual([
    ['1', '91'],
    ['0', '90'],
  ]);
});

test('matches every result to its input in any order if a sent value distinguishes them', () =>
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 0 }), (order) => {
      const batch = inputs(7).map((input, at) => ({
        ...input,
        properties: { ...input.properties, city: at % 2 ? 'Paris' : 'Rome' },
      }));
      const results = order.map((at) => ({
        id: `9${at}`,
        properties: { city: at % 2 ? 'Paris' : 'Rome', lastname: `N${at}` },
      }));

      const matched = matchResults(batch, results);

      expect(matched.size).toBe(order.length);
      for (const [input, { id }] of matched) expect(id).toBe(`9${input.traceId}`);
    }),
  ));

test('matches records by all of their values if no single one distinguishes them', () => {
  const people = [
    { firstname: 'Ada', lastname: 'Smith' },
    { firstname: 'Ada', lastname: 'Jones' },
    { lastname: 'Smith', city: 'Rome' },
    { lastname: 'Smith' },
    { lastname: 'Smith' },
  ];
  const batch = people.map((properties, at) => ({ traceId: String(at), properties }));
  const results = [2, 0, 4, 1, 3].map((at) => ({ id: `9${at}`, properties: { ...people[at] } }));

  const matched = matchResults(batch, results);

  expect(batch.map((input) => people[Number(matched.get(input)?.id.slice(1))])).toEqual(people);
  expect(new Set([...matched.values()].map(({ id }) => id)).size).toBe(people.length);
});

test('matches by order only if the numbers agree and no value contradicts it', () => {
  const same = [0, 1].map((at) => ({ traceId: String(at), properties: { lastname: 'Smith' } }));
  const result = (id: string, lastname: string) => ({ id, properties: { lastname } });

  expect(matchResults(same, [result('90', 'Smith'), result('91', 'Smith')]).size).toBe(2);
  expect(matchResults(same, [result('90', 'Smith')]).size).toBe(0);
  expect(matchResults(same, [result('90', 'Smith'), result('91', 'Jones')]).size).toBe(0);
});
