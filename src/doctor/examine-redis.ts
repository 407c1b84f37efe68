import { readRedisCa } from '../server/certificate.ts';
import type { Config } from '../config.ts';
import { probeRedis, type RedisProbe } from '../replicas/probe-redis.ts';
import type { Examined, Section } from './examination.ts';

const title = 'Redis';
/** The first version that has every command the bridge uses. */
const lowestVersion = [6, 2] as const;
/** Queries that take longer than 150 ms have no effect. */
const slowMs = 20;
const tooSlowMs = 150;
const clockDriftMs = 2_000;
/** What to do about an error of Redis, the first that fits. */
const remedies: readonly { readonly error: RegExp; readonly remedy: string }[] = [
  { error: /^(WRONGPASS|NOAUTH)|invalid password/i, remedy: 'correct the user and the password of REDIS_URL' },
  { error: /^NOPERM/, remedy: 'allow the user of REDIS_URL what docs/operations.md lists' },
  { error: /DB index/, remedy: 'correct the number of the database in REDIS_URL, or remove it' },
  { error: /^OOM/, remedy: 'raise the maxmemory of Redis' },
  { error: /^READONLY/, remedy: 'set REDIS_URL to the server that it follows' },
  { error: /^(LOADING|BUSY)/, remedy: 'wait until Redis is ready, and run doctor again' },
  { error: /^(MISCONF|NOREPLICAS|CLUSTERDOWN|MASTERDOWN)/, remedy: 'correct Redis: it accepts no writes' },
  {
    error: /certificate|self[- ]signed/i,
    remedy: 'set REDIS_TLS_CA to the certificate of the authority that signed it',
  },
];
const otherRemedy = 'correct REDIS_URL (rediss:// if Redis expects TLS, else redis://), or start Redis';

/** For a `doctor` that connects to nothing. */
export const skippedRedis: Section = {
  title,
  lines: [{ id: 'redis', mark: '✓', text: 'REDIS_URL is valid; Redis itself is not checked with --offline' }],
};

/** What several replicas share. */
export async function examineRedis(replicas: NonNullable<Config['replicas']>): Promise<Section> {
  const { redisUrl, redisCaFile, expected } = replicas;
  const { host } = new URL(redisUrl);
  try {
    const probe = await probeRedis(redisUrl, readRedisCa(redisCaFile));
    const reached: Examined = { id: 'redis', mark: '✓', text: `${host} responds; replicas expected: ${expected}` };
    return {
      title,
      lines: [
        reached,
        ...examineAccess(probe),
        examineVersion(probe),
        examineLatency(probe),
        examineEviction(probe),
        examineClock(probe),
      ],
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const text = `${host} cannot be used: ${reason}`;
    const { remedy = otherRemedy } = remedies.find((each) => each.error.test(reason)) ?? {};
    return { title, lines: [{ id: 'redis', mark: '✕', text, remedy }] };
  }
}

/** Problems with access rights. */
function examineAccess({ isOpenToAll, refused }: RedisProbe): Examined[] {
  const lines: Examined[] = [];
  if (refused.length > 0) {
    const text = `the user of REDIS_URL is not permitted to run ${refused.join(', ')} on keys that begin with eb:`;
    const remedy = `allow ~eb:* ${refused.map((command) => `+${command}`).join(' ')} (docs/operations.md lists all access rules)`;
    lines.push({ id: 'redis-access', mark: '✕', text, remedy });
  }
  if (isOpenToAll) {
    const text = 'REDIS_URL has a password, but Redis does not require one: anyone who can reach it can read and write';
    lines.push({ id: 'redis-password', mark: '!', text, remedy: 'set requirepass, or turn the default user off' });
  }
  return lines;
}

function examineVersion({ version }: RedisProbe): Examined {
  const id = 'redis-version';
  if (version === undefined) return { id, mark: '!', text: 'version unknown', remedy: 'allow INFO to see it' };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > lowestVersion[0] || (major === lowestVersion[0] && minor >= lowestVersion[1]);
  if (isNew) return { id, mark: '✓', text: `version ${version}` };
  return { id, mark: '✕', text: `version ${version}`, remedy: `use ${lowestVersion.join('.')} or newer` };
}

function examineLatency({ latencyMs }: RedisProbe): Examined {
  const id = 'redis-latency';
  const text = `a command takes ${latencyMs.toFixed(1)} ms`;
  if (latencyMs < slowMs) return { id, mark: '✓', text };
  return { id, mark: latencyMs < tooSlowMs ? '!' : '✕', text, remedy: 'run Redis in the network of the replicas' };
}

function examineEviction({ evictionPolicy: policy }: RedisProbe): Examined {
  const id = 'redis-eviction';
  if (policy === undefined) return { id, mark: '!', text: 'eviction policy unknown', remedy: 'allow INFO to see it' };
  if (policy === 'noeviction') return { id, mark: '✓', text: 'nothing is evicted' };
  return { id, mark: '!', text: `maxmemory-policy is ${policy}`, remedy: 'set maxmemory-policy noeviction' };
}

function examineClock({ clockAheadMs }: RedisProbe): Examined {
  const id = 'redis-clock';
  const seconds = Math.abs(clockAheadMs / 1_000).toFixed(1);
  if (Math.abs(clockAheadMs) < clockDriftMs) return { id, mark: '✓', text: `its clock is ${seconds} s off` };
  const text = `its clock is ${seconds} s ${clockAheadMs > 0 ? 'ahead of' : 'behind'} this machine's`;
  return { id, mark: '!', text, remedy: 'synchronize the clocks; the bridge corrects only jumps' };
}
