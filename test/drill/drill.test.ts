import { expect, test } from 'vitest';
import type { FaultAction } from '../../sandbox/faults.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { fastClock } from '../support/fast-clock.ts';
import type { Answer } from '../support/start-app.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

/** Everything that the embedded CRM knows to go wrong. */
const faults: readonly FaultAction[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 502 },
  { kind: 'status', status: 503, headers: { 'retry-after': '1' } },
  {
    kind: 'status',
    status: 429,
    body: { status: 'error', policyName: 'TEN_SECONDLY_ROLLING', errorType: 'RATE_LIMIT' },
  },
  { kind: 'status', status: 423 },
  { kind: 'reset' },
  { kind: 'hang' },
  { kind: 'slow-body', ms: 50 },
  { kind: 'html', status: 503 },
  { kind: 'malformed-json' },
  { kind: 'no-content-type' },
  { kind: 'silent-success' },
  { kind: 'done-then-status', status: 500 },
  { kind: 'done-then-status', status: 504 },
  { kind: 'done-then-reset' },
  { kind: 'done-then-hang' },
];

/** Numbers between 0 and 1 that are the same in every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The two kinds of record, and the field whose values are followed: one with a row in the mapping, one without. */
const kinds = {
  contacts: { field: 'title', property: 'jobtitle' },
  companies: { field: 'engagementStatus', property: 'engagement_status' },
} as const;

type Kind = keyof typeof kinds;

/** What Enginy knows of one of its leads: the ids it received, and the values that the CRM may hold. */
interface Lead {
  readonly kind: Kind;
  readonly record: Readonly<Record<string, string>> & { readonly externalId: string };
  crmId?: string;
  /** Values of the followed field that may stand in the CRM: the last one acknowledged, and those sent since without a good answer. */
  titles: Set<string | undefined>;
}

interface Drill {
  readonly sandbox: Sandbox;
  readonly send: (method: string, path: string, body: unknown) => Promise<Answer>;
  readonly random: () => number;
  readonly faultChance: number;
  operations: number;
  readonly untruths: string[];
  /** Message → the id that its activity was answered with. */
  readonly activities: Map<string, string>;
}

function pick<Item>(drill: Drill, items: readonly Item[]): Item {
  const item = items[Math.floor(drill.random() * items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** A fault or two may wait for the calls of the next request. */
function armFaults(drill: Drill): void {
  for (let n = 0; n < 2; n += 1) {
    if (drill.random() < drill.faultChance) drill.sandbox.faults.add({ action: pick(drill, faults) });
  }
}

async function request(
  drill: Drill,
  method: string,
  kind: Kind,
  records: readonly object[],
  rest = '',
): Promise<Answer> {
  drill.operations += records.length;
  armFaults(drill);
  return await drill.send(method, `/${kind}${rest}`, { [kind]: records });
}

function learnId(drill: Drill, lead: Lead | undefined, crmId: string, where: string): void {
  if (lead === undefined) drill.untruths.push(`${where}: a result for an unknown lead`);
  else if (lead.crmId !== undefined && lead.crmId !== crmId) {
    drill.untruths.push(`${where}: ${lead.record.externalId} was ${lead.crmId}, is now ${crmId}`);
  } else lead.crmId = crmId;
}

/** Sends a create as a client does: again, until each lead has an id. */
async function create(drill: Drill, kind: Kind, leads: readonly Lead[]): Promise<void> {
  let open = leads;
  for (let attempt = 0; attempt < 12 && open.length > 0; attempt += 1) {
    const records = open.map(({ record }) => record);
    const answer = await request(drill, 'POST', kind, records);
    if (answer.status !== 201) continue;
    const { results, errors = [] } = answer.body;
    if (results.length + errors.length !== open.length)
      drill.untruths.push('create: a record without result or reason');
    const byId = new Map(open.map((lead) => [lead.record.externalId, lead]));
    for (const { externalId, crmId } of results) learnId(drill, byId.get(externalId), crmId, 'create');
    const done = new Set(results.map(({ externalId }: { externalId: string }) => externalId));
    open = open.filter(({ record }) => !done.has(record.externalId));
  }
  if (open.length > 0) drill.untruths.push(`create: ${open.length} leads got no id in twelve attempts`);
}

async function update(drill: Drill, kind: Kind, leads: readonly Lead[], title: string): Promise<void> {
  const known = leads.filter(({ crmId }) => crmId !== undefined);
  for (const lead of known) lead.titles.add(title);
  const changes = known.map(({ crmId }) => ({ crmId, [kinds[kind].field]: title }));
  const answer = await request(drill, 'PUT', kind, changes);
  if (answer.status !== 200) return;
  for (const { crmId, success, warnings } of answer.body.results) {
    const lead = known.find((candidate) => candidate.crmId === crmId);
    if (lead === undefined) drill.untruths.push('update: a result for an unknown lead');
    else if (success === true && warnings === undefined) lead.titles = new Set([title]);
  }
}

async function sync(drill: Drill, kind: Kind, leads: readonly Lead[]): Promise<void> {
  const records = leads.map(({ record }) => record);
  const answer = await request(drill, 'POST', kind, records, '/sync');
  if (answer.status !== 200) return;
  const matched = new Map<string, string>();
  for (const { externalId, crmId } of answer.body.results) matched.set(externalId, crmId);
  const failed = new Set((answer.body.errors ?? []).map(({ externalId }: { externalId: string }) => externalId));
  for (const lead of leads) {
    const { externalId } = lead.record;
    const crmId = matched.get(externalId);
    if (crmId !== undefined) learnId(drill, lead, crmId, 'sync');
    else if (lead.crmId !== undefined && !failed.has(externalId)) {
      drill.untruths.push(`sync: ${externalId} was said not to exist although it was acknowledged as ${lead.crmId}`);
    }
  }
}

/** Logs an activity as a client does: again, until it has an id; sometimes once more after that. */
async function logActivity(drill: Drill, lead: Lead, messageId: string): Promise<void> {
  const activity = {
    type: 'LINKEDIN',
    direction: 'OUTBOUND',
    contactId: lead.crmId,
    body: 'Hello',
    metadata: { messageId },
  };
  for (let attempt = 0; attempt < 12; attempt += 1) {
    drill.operations += 1;
    armFaults(drill);
    const { status, body } = await drill.send('POST', '/activities', activity);
    if (status !== 201) continue;
    const known = drill.activities.get(messageId);
    if (known !== undefined && known !== body.id) drill.untruths.push(`activity: ${messageId} has two ids`);
    drill.activities.set(messageId, body.id);
    if (drill.random() < 0.7) return;
  }
  if (!drill.activities.has(messageId)) drill.untruths.push(`activity: ${messageId} got no id in twelve attempts`);
}

/** One client's leads; no other client touches them, so their history is in order. */
function makeLeads(client: number, kind: Kind, count: number): Lead[] {
  return Array.from({ length: count }, (_unused, n) => {
    const externalId = `${kind}-${client}-${n}`;
    const hasKey = n % 3 !== 2;
    const record =
      kind === 'contacts'
        ? {
            externalId,
            firstName: 'Test',
            lastName: externalId,
            linkedinUrl: `https://www.linkedin.com/in/${externalId}`,
            ...(hasKey ? { email: `${externalId}@example.com` } : {}),
          }
        : { externalId, name: `Company ${externalId}`, ...(hasKey ? { domain: `${externalId}.example.com` } : {}) };
    return { kind, record, titles: new Set([undefined]) };
  });
}

async function runClient(drill: Drill, client: number, kind: Kind, maxOperations: number): Promise<Lead[]> {
  const leads = makeLeads(client, kind, 60);
  let made = 0;
  for (let step = 0; drill.operations < maxOperations || made < leads.length; step += 1) {
    const batch = 1 + Math.floor(drill.random() * 12);
    if (made < leads.length && (made === 0 || drill.random() < 0.4)) {
      await create(drill, kind, leads.slice(made, made + batch));
      made = Math.min(leads.length, made + batch);
      continue;
    }
    const start = Math.floor(drill.random() * made);
    const some = leads.slice(start, Math.min(made, start + batch));
    const [lead] = some;
    const turn = drill.random();
    if (turn < 0.15 && kind === 'contacts' && lead?.crmId !== undefined) {
      await logActivity(drill, lead, `message-${client}-${step}`);
    } else if (turn < 0.5) await update(drill, kind, some, `Title ${client}.${step}`);
    else if (turn < 0.8) await sync(drill, kind, some);
    else await create(drill, kind, some);
  }
  return leads;
}

/** Every lead is one record, with its id and a value that it may hold; every message one activity. */
function compareWithCrm({ sandbox, activities }: Drill, leads: readonly Lead[]): void {
  for (const kind of ['contacts', 'companies'] as const) {
    const records = new Map(sandbox.records(kind).map((record) => [record.id, record.properties]));
    const ofKind = leads.filter((lead) => lead.kind === kind);
    expect(records.size).toBe(ofKind.length);
    for (const { record, crmId, titles } of ofKind) {
      const properties = records.get(crmId ?? '');
      expect(properties?.enginy_external_id).toBe(record.externalId);
      expect([...titles]).toContain(properties?.[kinds[kind].property]);
    }
  }
  expect(
    sandbox
      .records('communications')
      .map(({ id }) => id)
      .sort(),
  ).toEqual([...activities.values()].sort());
}

test.each([
  [1, 0.01],
  [2, 0.05],
  [3, 0.2],
])(
  '2,000 operations with retries while calls fail in every way: no duplicate, no lost write, no false answer (seed %i, %d)',
  async (seed, faultChance) => {
    const sandbox = await startCrm({ indexLagMs: 1_000, logSize: 100_000 });
    const { send, log } = await startBridgeOn(
      sandbox,
      { HUBSPOT_TIMEOUT_MS: '250', REQUEST_TIMEOUT_MS: '800000', LOG_LEVEL: 'info' },
      { clock: fastClock(100) },
    );
    const random = randomFrom(seed);
    const drill: Drill = { sandbox, send, random, faultChance, operations: 0, untruths: [], activities: new Map() };

    const clients = (['contacts', 'contacts', 'contacts', 'companies'] as const).map((kind, client) =>
      runClient(drill, client, kind, 2_000),
    );
    const leads = (await Promise.all(clients)).flat();
    sandbox.faults.clear();

    expect(drill.operations).toBeGreaterThanOrEqual(2_000);
    const faulty = sandbox.log.filter(({ fault }) => fault !== undefined).length;
    expect(faulty / sandbox.log.length).toBeGreaterThan(faultChance / 4);
    expect(drill.untruths).toEqual([]);
    expect(log.entries.filter(({ level }) => level === 'error')).toEqual([]);
    expect(drill.activities.size).toBeGreaterThan(0);
    compareWithCrm(drill, leads);
  },
);
