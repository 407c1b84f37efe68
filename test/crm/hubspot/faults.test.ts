import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SandboxOptions } from '../../../sandbox/sandbox.ts';
import type { CallContext, Crm, CrmProblem, WriteOutcome } from '../../../src/crm/crm.ts';
import { createHubSpotCrm } from '../../../src/crm/hubspot/hubspot-crm.ts';
import { createPacer } from '../../../src/crm/pacing/pacer.ts';
import { CrmUnavailableError } from '../../../src/errors.ts';
import { apiVersion } from '../../support/api-version.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { logSink } from '../../support/log-sink.ts';
import { type OpenedHubSpot, openHubSpot } from '../../support/open-hubspot.ts';
import { bulkContext } from '../crm-conformance.ts';
import { heldTimers } from '../../support/held-timers.ts';
import { refusingUrl } from '../../support/refusing-url.ts';

/** Runs with a fresh embedded CRM and closes it. */
async function withHubSpot(
  run: (opened: OpenedHubSpot) => Promise<void>,
  options: SandboxOptions = {},
  settings: Parameters<typeof openHubSpot>[1] = {},
): Promise<void> {
  const opened = await openHubSpot(options, settings);
  try {
    await run(opened);
  } finally {
    await opened.close();
  }
}

const people = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => ({
    properties: { email: `p${from + at}@example.com`, firstname: `P${at}` },
  }));

test('sends n records in ⌈n/100⌉ calls', () =>
  withHubSpot(async ({ crm, exchanges }) => {
    await crm.create('contacts', people(250), bulkContext());
    const values = people(1_000).map(({ properties }) => properties.email);
    await crm.readBy({ objectType: 'contacts', property: 'email', values }, [], bulkContext());

    const callsFor = (purpose: string) => exchanges.filter((exchange) => exchange.purpose === purpose).length;
    expect(callsFor('create contacts')).toBe(3);
    expect(callsFor('read contacts by email')).toBe(10);
  }));

test('reads definitions once for any number of concurrent requests', () =>
  withHubSpot(async ({ crm, exchanges }) => {
    await Promise.all(Array.from({ length: 20 }, () => crm.canReadBy('contacts', 'firstname', bulkContext())));
    await crm.readProperties('contacts', bulkContext());

    expect(exchanges).toHaveLength(1);
  }));

test('aborts a read that hangs, and retries it', () =>
  withHubSpot(async ({ crm, sandbox, callTimers }) => {
    const [id = ''] = sandbox.seed({ contacts: [{ properties: { email: 'ada@example.com' } }] }).contacts;
    sandbox.faults.add({ action: { kind: 'hang' } });

    const reading = crm.readByIds('contacts', [id], ['email'], bulkContext());
    await expect.poll(() => sandbox.faults.pending).toEqual([]);
    callTimers.expire();
    const read = await reading;

    expect(read.found.get(id)?.properties.email).toBe('ada@example.com');
  }));

for (const action of [
  { kind: 'reset' },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 423 },
  { kind: 'malformed-json' },
  { kind: 'html' },
  { kind: 'done-then-status', status: 504 },
  { kind: 'done-then-reset' },
  { kind: 'silent-success' },
  { kind: 'hang' },
  { kind: 'done-then-hang' },
] as const) {
  const name = 'status' in action ? `${action.kind} ${action.status}` : action.kind;

  test(`reports a create that met "${name}" as ambiguous, and sends it only once`, () =>
    withHubSpot(async ({ crm, sandbox, exchanges, callTimers }) => {
      sandbox.faults.add({ action });

      const creating = crm.create('contacts', people(2), bulkContext());
      await expect.poll(() => sandbox.faults.pending).toEqual([]);
      if (action.kind.endsWith('hang')) callTimers.expire();
      const outcomes = await creating;

      expect(outcomes).toMatchObject([{ problem: { kind: 'ambiguous' } }, { problem: { kind: 'ambiguous' } }]);
      expect(exchanges).toHaveLength(1);
    }));
}

test('completes an update despite a lost response and broken JSON', () =>
  withHubSpot(async ({ crm, sandbox }) => {
    const [id = ''] = sandbox.seed({ contacts: [{ properties: { email: 'ada@example.com' } }] }).contacts;
    sandbox.faults.add({ action: { kind: 'done-then-status', status: 502 } });
    sandbox.faults.add({ action: { kind: 'malformed-json' } });

    const outcomes = await crm.update('contacts', [{ id, properties: { firstname: 'Ada' } }], bulkContext());

    expect(outcomes).toMatchObject([{ record: { id } }]);
    expect(sandbox.records('contacts')[0]?.properties.firstname).toBe('Ada');
  }));

test('does not report an update as done if HubSpot silently skipped it', () =>
  withHubSpot(async ({ crm, sandbox }) => {
    const [id = ''] = sandbox.seed({ contacts: [{ properties: { email: 'ada@example.com' } }] }).contacts;
    sandbox.faults.add({ match: { kind: 'batch-update' }, action: { kind: 'silent-success' } });

    const outcomes = await crm.update('contacts', [{ id, properties: { firstname: 'Ada' } }], bulkContext());

    expect(outcomes).toMatchObject([{ record: { id } }]);
    expect(sandbox.records('contacts')[0]?.properties.firstname).toBe('Ada');
  }));

test('reports a new property as created once it can be used', () =>
  withHubSpot(
    async ({ crm }) => {
      const property = { name: 'enginy_note', label: 'Note', description: '', type: 'text', group: 'enginy' } as const;

      const outcomes = await crm.createProperties('contacts', [property], bulkContext());
      const input = { properties: { firstname: 'Ada', enginy_note: 'x' } };
      const [written] = await crm.create('contacts', [input], bulkContext());
      const id = written !== undefined && 'record' in written ? written.record.id : '';
      const { found } = await crm.readByIds('contacts', [id], ['enginy_note'], bulkContext());

      expect(outcomes).toEqual(['created']);
      expect(found.get(id)?.properties).toMatchObject({ enginy_note: 'x' });
    },
    { propertyLagMs: 400 },
  ));

for (const mergedUpdate of ['missing', 'survivor'] as const) {
  test(`reads and updates the survivor of a merge (HubSpot answers: ${mergedUpdate})`, () =>
    withHubSpot(
      async ({ crm, sandbox }) => {
        const contacts = [{ properties: { email: 'ada@example.com' } }, { properties: { email: 'ada.b@example.com' } }];
        const [primary = '', other = ''] = sandbox.seed({ contacts }).contacts;
        const survivor = sandbox.merge('contacts', primary, other);

        const read = await crm.readByIds('contacts', [other], ['email'], bulkContext());
        const outcomes = await crm.update('contacts', [{ id: other, properties: { firstname: 'Ada' } }], bulkContext());

        expect(read.found.get(other)?.id).toBe(survivor);
        expect(outcomes).toMatchObject([{ record: { id: survivor } }]);
        expect(sandbox.records('contacts').find(({ id }) => id === survivor)?.properties.firstname).toBe('Ada');
      },
      { switches: { mergedUpdate } },
    ));
}

test('finds every record of a search with more results than HubSpot returns', () =>
  withHubSpot(async ({ crm, sandbox }) => {
    const contacts = Array.from({ length: 10_300 }, (_, at) => ({
      properties: { email: `p${at}@example.com`, lastname: 'Smith' },
    }));
    sandbox.seed({ contacts });
    const searchKey = { key: 'n', clauses: [{ property: 'lastname', in: ['Smith'] }] };

    const { candidates, failed } = await crm.search('contacts', [searchKey], ['email'], bulkContext(600_000));

    expect(failed.size).toBe(0);
    expect(new Set(candidates.map(({ properties }) => properties.email)).size).toBe(10_300);
  }));

test('reports HubSpot as unreachable if nothing listens', async () => {
  const pacer = createPacer({ burstPerTenSeconds: 100, searchPerSecond: 5 }, { clock: fastClock(100) });
  const settings = { accessToken: 'token', baseUrl: refusingUrl, apiVersion, timeoutMs: 5_000 };
  const clock = { now: () => performance.now(), ...heldTimers() };
  const crm: Crm = createHubSpotCrm({ pacer, log: logSink().log, clock }, settings);

  const read = crm.readBy(
    { objectType: 'contacts', property: 'email', values: ['ada@example.com'] },
    [],
    bulkContext(),
  );
  const create = crm.create('contacts', people(1), bulkContext());

  await Promise.all([
    expect(read).rejects.toThrow(CrmUnavailableError),
    expect(read).rejects.toThrow(/ECONNREFUSED/),
    expect(create).rejects.toMatchObject({ ambiguous: false }),
  ]);
});

test('sends nothing after the deadline and reports that for each record', () =>
  withHubSpot(async ({ crm, exchanges }) => {
    const read = await crm.readByIds('contacts', ['1'], [], bulkContext(0));
    const found = await crm.search(
      'contacts',
      [{ key: 'n', clauses: [{ property: 'email', in: ['a@example.com'] }] }],
      [],
      bulkContext(0),
    );
    const created = await crm.create('contacts', people(1), bulkContext(0));
    const updated = await crm.update('contacts', [{ id: '1', properties: { firstname: 'A' } }], bulkContext(0));

    expect(read.failed.get('1')?.kind).toBe('late');
    expect(found.failed.get('n')?.kind).toBe('late');
    expect([created, updated]).toMatchObject([[{ problem: { kind: 'late' } }], [{ problem: { kind: 'late' } }]]);
    expect(exchanges).toEqual([]);
  }));

test('returns by the deadline although HubSpot does not respond', () =>
  withHubSpot(async ({ crm, sandbox, callTimers }) => {
    sandbox.faults.add({ action: { kind: 'hang' }, times: 0 });
    const atDeadline = async <Result>(call: (context: CallContext) => Promise<Result>): Promise<Result> => {
      let remainingMs = 300;
      const callsBefore = sandbox.counters.calls;
      const result = call({ ...bulkContext(), deadline: { remainingMs: () => remainingMs } });
      await expect.poll(() => sandbox.counters.calls).toBeGreaterThan(callsBefore);
      remainingMs = 0;
      callTimers.expire();
      return result;
    };

    const read = await atDeadline((context) => crm.readByIds('contacts', ['1'], [], context));
    const created = await atDeadline((context) => crm.create('contacts', people(1), context));

    const updated = await atDeadline((context) =>
      crm.update('contacts', [{ id: '1', properties: { jobtitle: 'CTO' } }], context),
    );

    const because = 'HubSpot did not respond within 300 ms';
    expect(read.failed.get('1')).toMatchObject({ kind: 'late', because });
    expect(created).toMatchObject([{ problem: { kind: 'ambiguous' } }]);
    expect(updated).toMatchObject([{ problem: { kind: 'late', because, mayBeWritten: true } }]);
  }));

/** What a write may say, and what must then be true of the store. */
function isTrue(outcome: WriteOutcome | undefined, isInStore: boolean): boolean {
  if (outcome === undefined) return false;
  if ('record' in outcome) return isInStore;
  const undecided: readonly CrmProblem['kind'][] = ['ambiguous', 'conflict'];
  return undecided.includes(outcome.problem.kind) || !isInStore;
}

test('reports the true outcome of every create, whatever goes wrong', () => {
  const fault = fc.constantFrom(
    { kind: 'reset' } as const,
    { kind: 'status', status: 500 } as const,
    { kind: 'status', status: 429 } as const,
    { kind: 'malformed-json' } as const,
    { kind: 'no-content-type' } as const,
    { kind: 'silent-success' } as const,
    { kind: 'done-then-status', status: 502 } as const,
    { kind: 'done-then-reset' } as const,
  );
  const flaw = fc.constantFrom('none', 'none', 'none', 'none', 'property', 'email', 'option', 'taken');
  return fc.assert(
    fc.asyncProperty(
      fc.array(flaw, { minLength: 1, maxLength: 230 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fault), { maxLength: 3 }),
      async (flaws, faults) => {
        await withHubSpot(
          async ({ crm, sandbox }) => {
            sandbox.seed({ contacts: [{ properties: { email: 'taken@example.com' } }] });
            for (const [skip, action] of faults) {
              const match = { kind: 'batch-create' } as const;
              sandbox.faults.add({
                match,
                skip,
                action:
                  action.kind === 'status' && action.status === 429
                    ? { ...action, headers: { 'retry-after': '0' } }
                    : action,
              });
            }
            const inputs = flaws.map((kind, at) => {
              const email =
                kind === 'email' ? `bad ${at}` : kind === 'taken' ? 'taken@example.com' : `p${at}@example.com`;
              const extra =
                kind === 'property' ? { shoe_size: '44' } : kind === 'option' ? { hs_lead_status: 'nonsense' } : {};
              return { properties: { email, lastname: `unique-${at}`, ...extra } };
            });

            const outcomes = await crm.create('contacts', inputs, bulkContext(2_000_000));

            const stored = sandbox.records('contacts').map(({ properties }) => properties.lastname);
            expect(outcomes).toHaveLength(inputs.length);
            expect(new Set(stored).size).toBe(stored.length);
            for (const [at, outcome] of outcomes.entries()) {
              const { email, lastname } = inputs[at]?.properties ?? {};
              expect({ email, outcome, isTrue: isTrue(outcome, stored.includes(lastname)) }).toMatchObject({
                isTrue: true,
              });
            }
          },
          {},
          { clock: fastClock(100) },
        );
      },
    ),
    { numRuns: 25 },
  );
});
