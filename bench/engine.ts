import { Client, SEARCH_LIMITER_OPTIONS } from '@hubspot/api-client';
import { formatRows, type Measured, measure } from './measure.ts';
import { emailOf, type Kind, leads, newLeads } from './people.ts';
import { measureTasks } from './tasks-during-create.ts';
import { latency, limits, startBridge, startCrm } from './world.ts';

/** Upstream calls and time at HubSpot's limits and latency, compared with the naive way. About twelve minutes. */
export async function run(): Promise<object> {
  const rows: Measured[] = [];
  const note = (measured: Measured) => {
    rows.push(measured);
    process.stderr.write(`${JSON.stringify(measured)}\n`);
  };
  for (const count of [100, 1_000, 10_000]) {
    for (const kind of ['email', 'LinkedIn', 'mixed'] as const) await measureSync({ kind, count }, note);
    note(await measureCreate(count));
  }
  await measureSync({ kind: 'LinkedIn', count: 1_000, counted: 'arrival' }, note);
  note(await measureGathered());
  note(await measureNaive(100));
  process.stdout.write(`${formatRows(rows)}\n`);
  return { limits, latency, rows, tasks: await measureTasks() };
}

interface SyncCase {
  readonly kind: Kind;
  readonly count: number;
  readonly counted?: 'response' | 'arrival';
}

async function measureSync(
  { kind, count, counted = 'response' }: SyncCase,
  note: (measured: Measured) => void,
): Promise<void> {
  const sandbox = await startCrm(count, { isLimited: true });
  const bridge = await startBridge(sandbox, { HUBSPOT_SEARCH_COUNTED: counted });
  const contacts = leads(kind, count);
  const expected = kind === 'mixed' ? count * 0.9 : count;
  try {
    for (const state of ['cold', 'warm']) {
      const label = counted === 'arrival' ? ', searches counted on arrival' : '';
      const facts = { what: `sync by ${kind}, ${state}${label}`, records: count, leastCalls: Math.ceil(count / 100) };
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
