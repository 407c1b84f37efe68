import { Client, SEARCH_LIMITER_OPTIONS } from '@hubspot/api-client';
import { type Sandbox, startSandbox } from '../src/sandbox/sandbox.ts';
import { type BridgeProcess, startBridgeProcess } from './bridge-process.ts';
import { emailOf, type Kind, leads, newLeads, seedContacts } from './people.ts';
import { formatTable } from './table.ts';

/** HubSpot's limits of a Starter account, and how long its answers take. */
const limits = { burst: 100, search: 5 };
const latency = { minMs: 80, maxMs: 250 };

interface Measured {
  readonly what: string;
  readonly records: number;
  readonly burstCalls: number;
  readonly searches: number;
  /** The fewest calls that any client could make for this, at a hundred records a call. */
  readonly leastCalls: number;
  readonly seconds: number;
  /** The shortest time in which the limits permit these calls. */
  readonly permittedSeconds: number;
  /** Part of the permitted rate that was used; 1 where the rate was no limit. */
  readonly rateUsed: number;
  readonly rateLimited: number;
}

/** Upstream calls, time and memory, at HubSpot's limits and latency; the naive way beside it. */
export async function run(): Promise<object> {
  const rows: Measured[] = [];
  const note = (measured: Measured) => {
    rows.push(measured);
    process.stderr.write(`${JSON.stringify(measured)}\n`);
  };
  for (const count of [100, 1_000, 10_000]) {
    for (const kind of ['e-mail', 'LinkedIn', 'mixed'] as const) await measureSync(kind, count, note);
    note(await measureCreate(count));
  }
  await measureSync('LinkedIn', 1_000, note, 'arrival');
  note(await measureGathered());
  note(await measureNaive(100));
  process.stdout.write(`${formatRows(rows)}\n`);
  const memory = await measureMemory();
  const overhead = await measureOverhead();
  const growth = await measureGrowth();
  return { limits, latency, rows, memory, overhead, growth };
}

async function startCrm(contacts: number, options: { isLimited: boolean }): Promise<Sandbox> {
  const sandbox = await startSandbox({
    logSize: 0,
    ...(options.isLimited ? { limits, latency } : { limits: false as const }),
  });
  sandbox.seed({ contacts: seedContacts(contacts) });
  return sandbox;
}

function startBridge(sandbox: Sandbox, environment: Record<string, string> = {}): Promise<BridgeProcess> {
  return startBridgeProcess({
    HUBSPOT_ACCESS_TOKEN: sandbox.token,
    HUBSPOT_BASE_URL: sandbox.url,
    REQUEST_TIMEOUT_MS: '3600000',
    ...environment,
  });
}

/** Lets every window pass, so that no run starts with the debts of the one before. */
function rest(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 10_500);
  });
}

async function measure(
  sandbox: Sandbox,
  facts: { what: string; records: number; leastCalls: number },
  work: () => Promise<void>,
): Promise<Measured> {
  await rest();
  const before = sandbox.counters;
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1000;
  const after = sandbox.counters;
  const searches = (after.byKind.search ?? 0) - (before.byKind.search ?? 0);
  const burstCalls = after.calls - before.calls - searches;
  // A rolling window lets `limit` calls out at once, and then `limit` more for each window that passes.
  const permittedSeconds = Math.max(
    Math.floor(Math.max(0, burstCalls - 1) / limits.burst) * 10,
    Math.floor(Math.max(0, searches - 1) / limits.search),
  );
  return {
    ...facts,
    burstCalls,
    searches,
    seconds,
    permittedSeconds,
    rateUsed: permittedSeconds < 5 ? 1 : permittedSeconds / seconds,
    rateLimited: after.rateLimited - before.rateLimited,
  };
}

async function measureSync(
  kind: Kind,
  count: number,
  note: (measured: Measured) => void,
  counted: 'response' | 'arrival' = 'response',
): Promise<void> {
  const sandbox = await startCrm(count, { isLimited: true });
  const bridge = await startBridge(sandbox, { HUBSPOT_SEARCH_COUNTED: counted });
  const contacts = leads(kind, count);
  const expected = kind === 'mixed' ? count * 0.9 : count;
  try {
    for (const state of ['cold', 'warm']) {
      const told = counted === 'arrival' ? ', searches counted on arrival' : '';
      const facts = { what: `sync by ${kind}, ${state}${told}`, records: count, leastCalls: Math.ceil(count / 100) };
      note(
        await measure(sandbox, facts, async () => {
          const answer = await bridge.send('POST', '/contacts/sync', { contacts });
          if (answer.status !== 200 || answer.body.results.length !== expected) {
            throw new Error(`${facts.what}: ${answer.status}, ${answer.body.results?.length} of ${expected} matched`);
          }
        }),
      );
    }
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}

async function measureCreate(count: number): Promise<Measured> {
  const sandbox = await startCrm(0, { isLimited: true });
  const bridge = await startBridge(sandbox);
  const facts = { what: 'create', records: count, leastCalls: Math.ceil(count / 100) };
  try {
    return await measure(sandbox, facts, async () => {
      const answer = await bridge.send('POST', '/contacts', { contacts: newLeads(count, 'fresh') });
      if (answer.status !== 201 || answer.body.results.length !== count) {
        throw new Error(`create: ${answer.status}, ${answer.body.results?.length} of ${count} created`);
      }
    });
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}

/** A hundred engagement updates of one contact each, sent at once. */
async function measureGathered(): Promise<Measured> {
  const sandbox = await startCrm(100, { isLimited: true });
  const bridge = await startBridge(sandbox);
  const ids = sandbox.records('contacts').map(({ id }) => id);
  await bridge.send('PUT', '/contacts', { contacts: [{ crmId: ids[0], title: 'Warm connections' }] });
  const facts = { what: '100 single updates at once', records: 100, leastCalls: 1 };
  try {
    return await measure(sandbox, facts, async () => {
      await Promise.all(
        ids.map((crmId, n) => bridge.send('PUT', '/contacts', { contacts: [{ crmId, title: `Title ${n}` }] })),
      );
    });
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}

/** One search per contact, through the SDK with the limiter and the retries that it brings. */
async function measureNaive(count: number): Promise<Measured> {
  const sandbox = await startCrm(count, { isLimited: true });
  const client = new Client({
    accessToken: sandbox.token,
    basePath: sandbox.url,
    limiterOptions: SEARCH_LIMITER_OPTIONS,
    numberOfApiCallRetries: 3,
  });
  const facts = { what: 'naive: one search per contact (SDK, its limiter)', records: count, leastCalls: count / 100 };
  try {
    return await measure(sandbox, facts, async () => {
      await Promise.all(
        Array.from({ length: count }, (_unused, n) =>
          client.crm.contacts.searchApi.doSearch({
            // The enum of the SDK is a type only; its values are these texts.
            filterGroups: [{ filters: [{ propertyName: 'email', operator: 'EQ' as never, value: emailOf(n) }] }],
            properties: ['email'],
            limit: 1,
          }),
        ),
      );
    });
  } finally {
    await sandbox.close();
  }
}

function formatRows(rows: readonly Measured[]): string {
  const head = ['', 'records', 'calls', 'searches', 'least calls', 'seconds', 'permitted s', 'rate used', '429s'];
  return formatTable([
    head,
    ...rows.map((row) => [
      row.what,
      row.records,
      row.burstCalls,
      row.searches,
      row.leastCalls,
      Number(row.seconds.toFixed(1)),
      row.permittedSeconds,
      row.permittedSeconds < 5 ? '–' : `${(row.rateUsed * 100).toFixed(1)} %`,
      row.rateLimited,
    ]),
  ]);
}

async function measureMemory(): Promise<object> {
  const sandbox = await startCrm(10_000, { isLimited: false });
  const bridge = await startBridge(sandbox, unlimited);
  try {
    await bridge.send('GET', '/health');
    const { nowMb: idleMb } = bridge.memory();
    await bridge.send('POST', '/contacts/sync', { contacts: leads('e-mail', 10_000) });
    await bridge.send('POST', '/contacts', { contacts: newLeads(10_000, 'memory') });
    const { peakMb } = bridge.memory();
    const figures = { idleMb, peakMb, targetIdleMb: 130, targetPeakMb: 350 };
    process.stdout.write(
      `\n${formatTable([
        ['memory of the bridge', 'MB', 'target'],
        ['idle', idleMb, figures.targetIdleMb],
        ['peak, syncing and creating 10,000', peakMb, figures.targetPeakMb],
      ])}\n`,
    );
    return figures;
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}

const unlimited = { HUBSPOT_RATE_LIMIT: '10000', HUBSPOT_SEARCH_RATE_LIMIT: '1000' };

/** What the bridge itself costs: single syncs against a CRM that answers at once. */
async function measureOverhead(): Promise<object> {
  const sandbox = await startCrm(1_000, { isLimited: false });
  const bridge = await startBridge(sandbox, unlimited);
  const ask = (n: number) =>
    bridge.send('POST', '/contacts/sync', { contacts: [{ externalId: 'x', email: emailOf(n) }] });
  try {
    for (let n = 0; n < 300; n += 1) await ask(n);
    const times: number[] = [];
    for (let n = 0; n < 1_000; n += 1) times.push((await ask(n)).ms);
    times.sort((a, b) => a - b);
    const startedAt = performance.now();
    const requests = 2_000;
    let next = 0;
    const caller = async () => {
      while (next < requests) {
        next += 1;
        await ask(next % 1_000);
      }
    };
    await Promise.all(Array.from({ length: 16 }, caller));
    const perSecond = Math.round((requests / (performance.now() - startedAt)) * 1_000);
    const figures = { p50Ms: rounded(times[500]), p99Ms: rounded(times[990]), requestsPerSecond: perSecond };
    process.stdout.write(
      `\n${formatTable([
        ['one sync at latency 0, embedded CRM included', 'ms'],
        ['p50', figures.p50Ms],
        ['p99', figures.p99Ms],
        ['requests a second, 16 at once', perSecond],
      ])}\n`,
    );
    return figures;
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}

function rounded(ms: number | undefined): number {
  return Math.round((ms ?? Number.NaN) * 100) / 100;
}

/** Time per record must not grow with their number. */
async function measureGrowth(): Promise<object> {
  const sandbox = await startCrm(50_000, { isLimited: false });
  const bridge = await startBridge(sandbox, unlimited);
  const rows: { records: number; ms: number; msPerThousand: number }[] = [];
  try {
    await bridge.send('POST', '/contacts/sync', { contacts: leads('e-mail', 1_000) });
    for (const records of [1_000, 5_000, 10_000, 50_000]) {
      const { ms, body } = await bridge.send('POST', '/contacts/sync', { contacts: leads('e-mail', records) });
      if (body.results.length !== records) throw new Error(`${body.results.length} of ${records} matched`);
      rows.push({ records, ms: Math.round(ms), msPerThousand: rounded((ms / records) * 1_000) });
    }
    process.stdout.write(
      `\n${formatTable([
        ['sync by e-mail, no limits', 'ms', 'ms per 1,000'],
        ...rows.map((row) => [`${row.records} records`, row.ms, row.msPerThousand]),
      ])}\n`,
    );
    return rows;
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}
