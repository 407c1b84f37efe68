import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LaneName } from '../src/crm/pacing/lanes.ts';
import { startProxy, type TestProxy } from '../test/support/start-proxy.ts';
import { startRedis, type TestRedis } from '../test/support/start-redis.ts';
import { type CountingCrm, startCountingCrm } from './counting-crm.ts';
import type { ReplicaFigures, ReplicaTask } from './replica-process.ts';
import { meanInWindows } from './mean-in-windows.ts';
import { formatTable } from './table.ts';
import { measureTasks } from './tasks-during-create.ts';

/** What happens to the replicas of one run; times are parts of its length. */
interface Scenario {
  readonly name: string;
  readonly replicas: number;
  readonly lane: LaneName;
  /** `redis`; or without: each has the whole limit, or its part. */
  readonly sharing: 'redis' | 'divided' | 'none';
  /** How many have bulk work; all unless given. */
  readonly saturated?: number;
  readonly fault?: (world: World) => Promise<void>;
  readonly targets?: Targets;
}

/** What a run must show; beside these, no call may fail. */
interface Targets {
  /** 429s at most. */
  readonly refused: number;
  /** Calls answered in a mean window, in percent of the limit, at least. */
  readonly percent?: number;
  /** How far a replica's share may be from an equal one, in percent. */
  readonly shares?: number;
  /** 99 of 100 urgent calls wait less than this. */
  readonly urgentP99Ms?: number;
}

interface World {
  readonly redis: TestRedis;
  /** Between the first replica and Redis. */
  readonly proxy: TestProxy;
  readonly children: readonly ChildProcess[];
}

const limits = { burst: { limit: 100, windowMs: 10_000 }, search: { limit: 5, windowMs: 1_000 } } as const;

const unshared = { replicas: 4, lane: 'burst' } as const;
const saturated = { ...unshared, sharing: 'redis', targets: { refused: 0 } } as const;
const searching = { ...saturated, lane: 'search' } as const;

const restart = async ({ redis }: World) => await redis.restart();
const away = async ({ redis }: World) => {
  await redis.kill();
  await sleep(10_000);
  await redis.restart();
};
const frozen = async ({ redis }: World) => {
  redis.freeze();
  await sleep(6_000);
  redis.thaw();
};
const cut = async ({ proxy }: World) => {
  proxy.cut();
  await sleep(20_000);
  proxy.heal();
};

const scenarios: readonly Scenario[] = [
  { ...unshared, name: 'no sharing at all', sharing: 'none' },
  { ...unshared, name: 'limit divided by four', sharing: 'divided' },
  { ...unshared, name: 'limit divided by four, two of four busy', sharing: 'divided', saturated: 2 },
  { ...saturated, name: 'Redis', targets: { refused: 0, percent: 97, shares: 10, urgentP99Ms: 300 } },
  { ...saturated, name: 'Redis, two of four busy', saturated: 2 },
  { ...saturated, name: 'Redis, eight replicas', replicas: 8, targets: { refused: 0, percent: 95 } },
  { ...unshared, lane: 'search', name: 'searches, no sharing at all', sharing: 'none' },
  { ...searching, name: 'searches, Redis', targets: { refused: 0, percent: 84 } },
  { ...saturated, name: 'a replica is killed', fault: async ({ children }) => void children[0]?.kill('SIGKILL') },
  { ...saturated, name: 'Redis is frozen for 6 s', fault: frozen },
  { ...saturated, name: 'Redis is killed and back, empty, at once', fault: restart },
  { ...saturated, name: 'Redis is killed and back, empty, after 10 s', fault: away },
  { ...saturated, name: 'Redis is killed for good', fault: async ({ redis }) => await redis.kill() },
  { ...saturated, name: 'a replica is cut off for 20 s', fault: cut },
  { ...searching, name: 'searches, Redis back empty at once', fault: restart },
  { ...searching, name: 'searches, Redis back empty after 10 s', fault: away },
  { ...searching, name: 'searches, Redis frozen for 6 s', fault: frozen },
  { ...searching, name: 'searches, a replica cut off for 20 s', fault: cut },
];

/** Saturated replicas on one limit, side by side, then tasks during a large create. About eight minutes; needs redis-server. */
export async function run(only?: string): Promise<object> {
  const some = scenarios.filter(({ name }) => only === undefined || name === only);
  if (some.length === 0)
    throw new Error(`No row is called ${only}; there are ${scenarios.map(({ name }) => name).join('; ')}`);
  const compared = await compare(62, some);
  if (only !== undefined) return compared;
  const tasks = await measureTasks();
  const line = `one process: p99 of POST /tasks while ${tasks.created} contacts are created: ${tasks.p99Ms} ms (< ${tasks.targetP99Ms})`;
  process.stdout.write(`${tasks.p99Ms < tasks.targetP99Ms ? '✓' : '✕'} ${line}\n`);
  process.stdout.write(
    'The clock of Redis, kill -9 and records that two replicas receive at once: npm run test:redis\n',
  );
  return { ...compared, tasks };
}

/** The replicas alone, in about five minutes: percentages and waits are of fewer seconds, and vary more. */
export async function runShort(): Promise<object> {
  process.stdout.write(
    'About 20 seconds of each run are measured: p99 is the second longest wait. Judge by the long form.\n\n',
  );
  return await compare(40, scenarios);
}

async function compare(seconds: number, scenarios: readonly Scenario[]): Promise<object> {
  const rows: (string | number)[][] = [['', 'answered', '%', '429s', 'failed', 'shares %', 'urgent p50 ms', 'p99 ms']];
  const figures: object[] = [];
  const lines: string[] = [];
  // Waiting is most of the work: a few runs share the machine.
  for (let from = 0; from < scenarios.length; from += 3) {
    const some = scenarios.slice(from, from + 3);
    const results = await Promise.all(some.map((scenario) => measure(scenario, seconds)));
    for (const [index, result] of results.entries()) {
      figures.push(result);
      rows.push(Object.values(result));
      lines.push(...judge(result, some[index]?.targets));
    }
  }
  process.stdout.write(`${formatTable(rows)}\n\n${lines.join('\n')}\n`);
  return { seconds, figures };
}

/** One line per target. */
function judge(result: Awaited<ReturnType<typeof measure>>, targets: Targets | undefined): string[] {
  if (targets === undefined) return [];
  const { name, refused, failed, percent, shares, urgentP99Ms } = result;
  const [smallest = 0, largest = 0] = shares.split('-').map(Number);
  const line = (isMet: boolean, text: string) => `${isMet ? '✓' : '✕'} ${name}: ${text}`;
  const { refused: most, percent: least, shares: within, urgentP99Ms: below } = targets;
  return [
    line(refused <= most && failed === 0, `${refused} of 429 (at most ${most}), ${failed} calls failed (0)`),
    ...(least === undefined ? [] : [line(percent >= least, `${percent} % of the permitted calls (>= ${least})`)]),
    ...(within === undefined
      ? []
      : [line(smallest >= 100 - within && largest <= 100 + within, `shares of ${shares} % (within ${within} of 100)`)]),
    ...(below === undefined ? [] : [line(urgentP99Ms < below, `p99 of urgent calls ${urgentP99Ms} ms (< ${below})`)]),
  ];
}

async function measure(scenario: Scenario, seconds: number) {
  const { limit, windowMs } = limits[scenario.lane === 'search' ? 'search' : 'burst'];
  const crm = await startCountingCrm(limit, windowMs);
  const redis = await startRedis();
  const proxy = await startProxy(redis.port);
  const replicas = Array.from({ length: scenario.replicas }, (_, index) =>
    startReplica(taskOf({ scenario, seconds, index, crm, port: index === 0 ? proxy.port : redis.port })),
  );
  const children = replicas.map(({ child }) => child);
  // A replica that dies before it has joined is another story.
  while (crm.joined.size < scenario.replicas) await sleep(100);
  const steady = measureSteady(crm, replicas);
  await sleep((seconds / 4) * 1_000);
  await scenario.fault?.({ redis, proxy, children });
  const done = (await Promise.all(replicas.map(({ figures }) => figures))).filter((each) => each !== undefined);
  const { refused } = crm;
  const { answered, by, from, to, startedAt } = await steady;
  crm.close();
  await proxy.close();
  await redis.close();
  const shares = done.map(({ name }) => (100 * (by.get(name) ?? 0) * scenario.replicas) / answered);
  const urgent = done
    .flatMap((each) => each.urgent.flatMap(([askedAt, ms]) => (askedAt < startedAt ? [] : ms)))
    .sort((a, b) => a - b);
  return {
    name: scenario.name,
    answered,
    percent: rounded((100 * meanInWindows(crm.answeredAt, { from, to }, windowMs)) / limit, 1),
    refused,
    failed: done.reduce((sum, { failed }) => sum + failed, 0),
    shares: `${rounded(Math.min(...shares), 0)}-${rounded(Math.max(...shares), 0)}`,
    urgentP50Ms: rounded(urgent[Math.floor(urgent.length / 2)] ?? 0, 0),
    urgentP99Ms: rounded(urgent[Math.floor((urgent.length - 1) * 0.99)] ?? 0, 0),
  };
}

/** Replicas start one after the other, and the limit's window is not full at first: what was answered from then on, until one ends. */
async function measureSteady(crm: CountingCrm, replicas: readonly ReturnType<typeof startReplica>[]) {
  await sleep(limits.burst.windowMs);
  const startedAt = Date.now();
  const before = { answered: crm.answeredAt.length, by: new Map(crm.by) };
  const from = performance.now();
  await Promise.any(
    replicas.map(async ({ figures }) => {
      if ((await figures) === undefined) throw new Error('it was killed');
    }),
  );
  const by = new Map([...crm.by].map(([name, count]) => [name, count - (before.by.get(name) ?? 0)]));
  return { answered: crm.answeredAt.length - before.answered, by, from, to: performance.now(), startedAt };
}

interface RunParts {
  readonly scenario: Scenario;
  readonly seconds: number;
  readonly index: number;
  readonly crm: CountingCrm;
  readonly port: number;
}

function taskOf({ scenario, seconds, index, crm, port }: RunParts): ReplicaTask {
  const { sharing, lane, replicas } = scenario;
  const part = sharing === 'divided' ? replicas : 1;
  return {
    name: `replica-${index}`,
    crmPort: crm.port,
    lane,
    limits: {
      burstPerTenSeconds: Math.floor(limits.burst.limit / part),
      searchPerSecond: Math.max(1, Math.floor(limits.search.limit / part)),
    },
    ...(sharing === 'redis' && { redisUrl: `redis://127.0.0.1:${port}` }),
    replicas,
    isSaturated: index < (scenario.saturated ?? replicas),
    seconds,
  };
}

function startReplica(task: ReplicaTask) {
  const program = new URL('./replica-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (part: Buffer) => {
    text += part.toString();
  });
  const figures = new Promise<ReplicaFigures | undefined>((resolve) => {
    // A replica that was killed prints nothing; the others print their figures.
    child.once('exit', () => resolve(text === '' ? undefined : (JSON.parse(text) as ReplicaFigures)));
  });
  return { child, figures };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
