import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newLedger, writeBatch } from '../../../src/crm/hubspot/records/batch-write.ts';
import { matchResults } from '../../../src/crm/hubspot/records/match-results.ts';
import type { WriteInput } from '../../../src/crm/hubspot/records/write-input.ts';
import { readHubSpotError } from '../../../src/crm/hubspot/transport/error-body.ts';
import { HubSpotRefusal } from '../../../src/crm/hubspot/transport/errors.ts';
import type { HubSpotCall, Transport } from '../../../src/crm/hubspot/transport/transport.ts';
import { bulkContext } from '../crm-conformance.ts';

interface SentCall extends HubSpotCall {
  readonly inputs: readonly WriteInput[];
}

const inputs = (count: number): WriteInput[] =>
  Array.from({ length: count }, (_, at) => ({ traceId: String(at), properties: { lastname: `n${at}` } }));

const write = {
  unsure: 'ambiguous' as const,
  call: (some: readonly WriteInput[]): SentCall => ({
    purpose: 'create',
    lane: 'burst',
    repeat: 'if-not-done',
    send: () => Promise.resolve(),
    inputs: some,
  }),
};

/** HubSpot at its least helpful: it refuses any call with a bad record in it, and names nothing. */
function silentRefuser(bad: ReadonlySet<string>): { transport: Transport; calls: number[]; written: string[] } {
  const calls: number[] = [];
  const written: string[] = [];
  const transport: Transport = async (call) => {
    // The only calls made here are those of `write` above.
    const { inputs: sent } = call as SentCall;
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
    return {
      status: 201,
      body: { results: sent.map(({ traceId, properties }) => ({ id: `9${traceId}`, properties })) },
    };
  };
  return { transport, calls, written };
}

test('finds one bad record of 100 that HubSpot does not name within eight calls more, wherever it stands', async () => {
  for (let bad = 0; bad < 100; bad += 1) {
    const hubspot = silentRefuser(new Set([String(bad)]));
    const ledger = newLedger<WriteInput>();
    const batch = inputs(100);

    await writeBatch(hubspot.transport, write, batch, bulkContext(), ledger);

    expect(hubspot.calls.length).toBeLessThanOrEqual(9);
    expect([...ledger.outcomes.values()].filter((outcome) => 'record' in outcome)).toHaveLength(99);
    expect(ledger.outcomes.get(batch[bad] ?? { traceId: '', properties: {} })).toMatchObject({
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
        const ledger = newLedger<WriteInput>();
        const batch = inputs(count);

        await writeBatch(hubspot.transport, write, batch, bulkContext(), ledger);

        for (const input of batch) {
          expect('problem' in (ledger.outcomes.get(input) ?? {})).toBe(bad.has(input.traceId));
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

test('matches every result to its input in any order, as long as something sent tells them apart', () =>
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

test('goes by the order only where the numbers agree and nothing speaks against it', () => {
  const same = [0, 1].map((at) => ({ traceId: String(at), properties: { lastname: 'Smith' } }));
  const result = (id: string, lastname: string) => ({ id, properties: { lastname } });

  expect(matchResults(same, [result('90', 'Smith'), result('91', 'Smith')]).size).toBe(2);
  expect(matchResults(same, [result('90', 'Smith')]).size).toBe(0);
  expect(matchResults(same, [result('90', 'Smith'), result('91', 'Jones')]).size).toBe(0);
});
