import { Agent, request } from 'node:http';
import { deadlineIn } from '../src/crm/deadline.ts';
import type { LaneName } from '../src/crm/pacing/lanes.ts';
import type { Attempt } from '../src/crm/pacing/paced-call.ts';
import { createPacer } from '../src/crm/pacing/pacer.ts';
import { CrmUnavailableError } from '../src/errors.ts';
import { createLogger } from '../src/logger.ts';
import { startSharing } from '../src/replicas/start-sharing.ts';

/** One replica of bench/replicas.ts: keeps its lane busy, and makes an urgent call every second. Prints what it did as JSON. */
export interface ReplicaTask {
  readonly name: string;
  readonly crmPort: number;
  readonly lane: LaneName;
  /** By the configuration of this replica. */
  readonly limits: { readonly burstPerTenSeconds: number; readonly searchPerSecond: number };
  /** Absent: the replica knows nothing of others. */
  readonly redisUrl?: string;
  readonly replicas: number;
  readonly isSaturated: boolean;
  readonly seconds: number;
}

export interface ReplicaFigures {
  readonly name: string;
  readonly failed: number;
  /** When each urgent call was asked for, in milliseconds since 1970, and how long it waited. */
  readonly urgent: readonly (readonly [askedAt: number, ms: number])[];
  readonly lost: number;
}

// bench/replicas.ts writes it.
const task = JSON.parse(process.argv[2] ?? '{}') as ReplicaTask;
const agent = new Agent({ keepAlive: true });
const log = createLogger({ level: 'silent', secretHeader: 'x' });
const sharing =
  task.redisUrl === undefined
    ? undefined
    : startSharing(
        {
          redisUrl: task.redisUrl,
          name: task.name,
          expected: task.replicas,
          accessToken: 'bench',
          callTimeoutMs: 10_000,
          idTtlMs: 1_000,
        },
        log,
      );
sharing?.followAccount(async () => 'bench');
const pacer = createPacer(task.limits, sharing === undefined ? {} : { createBudget: sharing.createBudget });
const endsAt = performance.now() + task.seconds * 1_000;
/** More calls wait than a request's time would allow for: how long they wait is the load's doing. */
const maxWaitMs = 600_000;
const urgentCalls: [number, number][] = [];
let failed = 0;

function attempt(): Promise<Attempt<undefined>> {
  return new Promise((resolve) => {
    const error = new CrmUnavailableError('limit');
    const sent = request(
      { port: task.crmPort, method: 'POST', agent, headers: { 'x-replica': task.name } },
      (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode === 200) resolve({ ok: true, value: undefined });
          else resolve({ ok: false, failure: { kind: 'limited', error } });
        });
      },
    );
    sent.on('error', () => resolve({ ok: false, failure: { kind: 'perhaps-done', error } }));
    sent.end();
  });
}

async function call(urgency: 'urgent' | 'bulk'): Promise<void> {
  const askedAt = performance.now();
  const context = { requestId: task.name, urgency, deadline: deadlineIn(maxWaitMs) };
  const paced = {
    lane: task.lane,
    repeat: 'always',
    attempt: () => {
      const ms = performance.now() - askedAt;
      if (urgency === 'urgent') urgentCalls.push([Date.now() - ms, ms]);
      return attempt();
    },
  } as const;
  try {
    await pacer.run(paced, context);
  } catch {
    failed += 1;
  }
}

async function caller(): Promise<void> {
  while (performance.now() < endsAt) await call('bulk');
}

const urgent = setInterval(() => void call('urgent'), 1_000);
if (task.isSaturated) for (let index = 0; index < 30; index += 1) void caller();
setTimeout(() => {
  clearInterval(urgent);
  const figures: ReplicaFigures = { name: task.name, failed, urgent: urgentCalls, lost: sharing?.redis.lostCount ?? 0 };
  process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(0));
}, task.seconds * 1_000);
