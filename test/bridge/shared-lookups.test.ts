import { afterEach, expect, test, vi } from 'vitest';
import { emailOf, type Kind, knownLeads, leads, linkedinUrlOf, seedContacts } from '../../bench/people.ts';
import { matchRecords } from '../../src/bridge/matching/match-records.ts';
import { createBridge } from '../../src/create-bridge.ts';
import type { Clock } from '../../src/crm/clock.ts';
import type { CallContext, Crm } from '../../src/crm/crm.ts';
import { hubSpotPropertyRules } from '../../src/crm/hubspot/property-rules.ts';
import { CrmUnavailableError, DeadlineError } from '../../src/errors.ts';
import { checkSources } from '../../src/mapping/load/load-mappings.ts';
import type { Mapping } from '../../src/mapping/schema/record-mapping.ts';
import type { EnginyRecord } from '../../src/mapping/values/field-value.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { logSink } from '../support/log-sink.ts';
import { openHubSpot } from '../support/open-hubspot.ts';

const lookups = ['readBy', 'readByIds', 'search'] as const;

/** The pacer's own clock, which goes on: a call in flight may wait for its turn. */
const { setTimeout: setTimer, clearTimeout: clearTimer } = globalThis;
const pacerClock: Clock = {
  now: performance.now.bind(performance),
  setTimer: (run, ms) => setTimer(run, ms),
  // The handle comes from setTimer above.
  clearTimer: (timer) => clearTimer(timer as NodeJS.Timeout),
};

/** Time stands still for timers, and for work in slices: how many turns that takes does not depend on how busy the machine is. */
const stopTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });

/** Time stands still during a call, and advances step by step once nothing else happens. */
function heldUpstream(crm: Crm) {
  stopTime();
  let inFlight = 0;
  const held = <Question extends readonly unknown[], Result>(
    call: (...given: [...Question, context: CallContext]) => Promise<Result>,
  ) => {
    return async (...given: [...Question, context: CallContext]): Promise<Result> => {
      inFlight += 1;
      try {
        // The last of a tuple is not known to be the last element of an array.
        const { deadline } = given.at(-1) as CallContext;
        if (deadline.remainingMs() <= 0) throw new DeadlineError('There was no time left for the call');
        return await call(...given);
      } finally {
        inFlight -= 1;
      }
    };
  };
  const watched: Crm = { ...crm, readBy: held(crm.readBy), readByIds: held(crm.readByIds), search: held(crm.search) };
  return {
    crm: watched,
    /** Lets time pass until the work is done. */
    async until<Result>(work: Promise<Result>): Promise<Result> {
      let isDone = false;
      void work.then(
        () => (isDone = true),
        () => (isDone = true),
      );
      while (!isDone) {
        for (let turn = 0; turn < 5 || inFlight > 0; turn += 1) await new Promise(setImmediate);
        vi.advanceTimersByTime(5);
      }
      return await work;
    },
  };
}

afterEach(() => {
  vi.useRealTimers();
});

function mappingFrom(text: string): Mapping {
  const { mappings } = checkSources('test', [{ file: 'contacts.yaml', text }], { locale: {} });
  if (mappings?.contacts === undefined) throw new Error('the mapping of this test is not valid');
  return mappings.contacts;
}

const mapping = mappingFrom(`version: 1
target: hubspot/contacts
match:
  rules:
    - { enginy: email, crm: email, also: [hs_additional_emails], transform: [email] }
    - { enginy: linkedinUrl, crm: hs_linkedin_url, transform: [linkedin_url] }
write: { fields: [] }
return: [{ crm: firstname, enginy: firstName }]
`);

let requests = 0;

function contextOf(records: readonly unknown[], remainingMs = () => 60_000): CallContext {
  requests += 1;
  const urgency = records.length <= 10 ? 'urgent' : 'bulk';
  return { requestId: `r${requests}`, urgency, deadline: { remainingMs } };
}

function bridgeOn(crm: Crm) {
  const { log } = logSink();
  const deps = createBridge({ crm, log }, { cache: { max: 1, ttlMs: 1 }, propertyRules: hubSpotPropertyRules });
  return (records: readonly EnginyRecord[], context = contextOf(records), version = mapping) =>
    matchRecords({ ...deps, mapping: version, context }, records);
}

test.each<Kind>(['email', 'LinkedIn', 'mixed', 'unknown LinkedIn'])(
  'many requests of a hundred records by %s make as many calls as one large request',
  async (kind) => {
    const { crm: hubSpot, sandbox, close } = await openHubSpot({}, { clock: pacerClock });
    sandbox.seed({ contacts: seedContacts(1_200) });
    const records = leads(kind, 1_200) as EnginyRecord[];
    const { crm, until } = heldUpstream(hubSpot);
    const calls = async (work: Promise<unknown>) => {
      const before = sandbox.counters.calls;
      await until(work);
      return sandbox.counters.calls - before;
    };
    await until(hubSpot.readProperties('contacts', contextOf([])));

    const alone = await calls(bridgeOn(crm)(records));
    const match = bridgeOn(crm);
    const queue = Array.from({ length: 12 }, (_unused, n) => records.slice(n * 100, n * 100 + 100));
    const found: unknown[] = [];
    const worker = async () => {
      for (let part = queue.shift(); part !== undefined; part = queue.shift()) found.push(...(await match(part)));
    };
    const together = await calls(Promise.all(Array.from({ length: 10 }, worker)));

    expect(together).toBeLessThanOrEqual(alone * 1.1);
    const matched = found.filter((outcome) => Object.hasOwn(Object(outcome), 'record'));
    expect(matched).toHaveLength(knownLeads(kind, 1_200));
    await close();
  },
);

/** A CRM with so many contacts, in memory. */
function crmWith(count: number) {
  const crm = fakeCrm({
    properties: {
      contacts: [{ name: 'email', isUnique: true }, { name: 'hs_linkedin_url' }, { name: 'old_linkedin' }],
    },
  });
  for (let n = 0; n < count; n += 1) {
    const properties = { email: emailOf(n), hs_linkedin_url: linkedinUrlOf(n), firstname: `Name ${n}` };
    crm.put('contacts', { id: String(n + 1), properties });
  }
  const calls = () => crm.calls.filter(({ method }) => lookups.some((name) => name === method));
  return { crm, calls };
}

const byEmail = (from: number, to: number) =>
  Array.from({ length: to - from }, (_unused, n) => ({ externalId: `l${from + n}`, email: emailOf(from + n) }));
const byLinkedIn = (from: number, to: number) =>
  Array.from({ length: to - from }, (_unused, n) => ({
    externalId: `l${from + n}`,
    linkedinUrl: linkedinUrlOf(from + n),
  }));

test('a single record on an idle bridge waits for no other', async () => {
  stopTime();
  const { crm, calls } = crmWith(3);
  const match = bridgeOn(crm);

  const [byAddress] = await match(byEmail(1, 2));
  const [byProfile] = await match(byLinkedIn(2, 3));

  expect(byAddress).toMatchObject({ record: { id: '2' } });
  expect(byProfile).toMatchObject({ record: { id: '3' } });
  expect(calls().map(({ method }) => method)).toEqual(['readBy', 'search', 'readByIds']);
});

test('single records that arrive while a lookup is under way share the next one', async () => {
  const { crm: fake, calls } = crmWith(30);
  const { crm, until } = heldUpstream(fake);
  const match = bridgeOn(crm);

  await until(Promise.all(Array.from({ length: 30 }, (_unused, n) => match(byEmail(n, n + 1)))));

  expect(calls().map(({ count }) => count)).toEqual([1, 29]);
});

test.each([
  [true, [1, 7]],
  [false, [1]],
])('single records that arrive during a lookup leave together if HubSpot has room: %s', async (hasRoom, sizes) => {
  stopTime();
  const { crm, calls } = crmWith(8);
  const { promise: landed, resolve: land } = Promise.withResolvers<void>();
  const slow: Crm = {
    ...crm,
    hasRoom: () => hasRoom,
    readBy: async (...given) => {
      const found = crm.readBy(...given);
      await landed;
      return await found;
    },
  };
  const match = bridgeOn(slow);

  const matched = Array.from({ length: 8 }, (_unused, n) => match(byEmail(n, n + 1)));
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  await vi.advanceTimersByTimeAsync(5);
  const started = calls().map(({ count }) => count);
  land();

  expect(started).toEqual(sizes);
  const outcomes = (await Promise.all(matched)).flat();
  expect(outcomes.filter((outcome) => 'record' in outcome)).toHaveLength(8);
});

test('a failed call fails only its own records', async () => {
  const { crm: fake } = crmWith(150);
  const { crm, until } = heldUpstream(fake);
  const match = bridgeOn(crm);
  fake.failNext('readBy', new CrmUnavailableError('HubSpot is away'));

  const [first, second, third] = await until(
    Promise.all([match(byEmail(0, 50)), match(byEmail(50, 100)), match(byEmail(100, 150))]),
  );

  const failed = Array.from({ length: 50 }, () =>
    expect.objectContaining({ problem: expect.objectContaining({ kind: 'unavailable' }) }),
  );
  expect([first, second]).toEqual([failed, failed]);
  expect(third?.filter((outcome) => 'record' in outcome)).toHaveLength(50);
});

test.each([
  ['reads', byEmail],
  ['searches', byLinkedIn],
])('a request that runs out of time does not end the %s that it shares with others', async (_what, records) => {
  const { crm: fake } = crmWith(60);
  const { crm, until } = heldUpstream(fake);
  const match = bridgeOn(crm);
  const late = records(0, 30);

  const [missed, served] = await until(
    Promise.all([
      match(
        late,
        contextOf(late, () => 0),
      ),
      match(records(30, 60)),
    ]),
  );

  expect(missed).toMatchObject(late.map(() => ({ problem: { kind: 'late' } })));
  expect(served?.filter((outcome) => 'record' in outcome)).toHaveLength(30);
});

test('each request is matched by its own version of the mapping files', async () => {
  const { crm: fake } = crmWith(40);
  for (let n = 0; n < 40; n += 1) {
    const old = fake.records.get('contacts')?.get(String(n + 1));
    fake.put('contacts', {
      id: String(n + 1),
      properties: { ...old?.properties, old_linkedin: linkedinUrlOf(n + 1_000) },
    });
  }
  const { crm, until } = heldUpstream(fake);
  const match = bridgeOn(crm);
  const other = mappingFrom(`version: 1
target: hubspot/contacts
match: { rules: [{ enginy: email, crm: email, transform: [email] }, { enginy: linkedinUrl, crm: old_linkedin, transform: [linkedin_url] }] }
write: { fields: [] }
`);
  const records = byLinkedIn(1_000, 1_020);

  const [now, then] = await until(Promise.all([match(records), match(records, contextOf(records), other)]));

  expect(now?.filter((outcome) => 'noMatch' in outcome)).toHaveLength(20);
  expect(then?.map((outcome) => ('record' in outcome ? outcome.record.id : outcome))).toEqual(
    records.map((_record, n) => String(n + 1)),
  );
});
