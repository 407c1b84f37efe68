import { createHash } from 'node:crypto';
import { Redis, ReplyError } from 'ioredis';
import type { Logger } from '../logger.ts';
import { type CircuitBreaker, createCircuitBreaker } from './circuit-breaker.ts';

/**
 * Why there was no reply. `refusal`: Redis refuses all replicas, because it is not there or cannot work. `silence`: this replica has no reply,
 * and others may have.
 */
export type LostBy = 'silence' | 'refusal';

export type RedisReply<T> = { readonly value: T } | { readonly lostBy: LostBy };

/** What Redis runs as one step. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export interface RedisConnection {
  /** Runs commands. Never throws, and answers within about a quarter of a second: nothing may depend on Redis. */
  attempt<T>(work: (redis: Redis) => Promise<T>): Promise<RedisReply<T>>;
  /** As {@link RedisConnection.attempt}, with a script whose reply is text. */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<RedisReply<string>>;
  /** As {@link RedisConnection.attempt} and {@link RedisConnection.run}, but at once without a reply while Redis is known to be away. */
  useIfUp<T>(work: (redis: Redis) => Promise<T>): Promise<RedisReply<T>>;
  runIfUp(script: Script, keys: readonly string[], args: readonly string[]): Promise<RedisReply<string>>;
  /** Redis replies, and runs scripts for the user of the address: without them, nothing is shared. */
  readonly isUp: boolean;
  /** When Redis last replied again after it was lost, by `performance.now()`; minus infinity if it was never lost. */
  readonly regainedAt: number;
  /** When Redis was last lost, or was not there at the start, by `performance.now()`; minus infinity if it never was. */
  readonly lostAt: number;
  /** Redis is away, and by what it last said for all replicas: nothing is claimed there meanwhile. */
  readonly isRefused: boolean;
  /** How often a connection was opened: each may lead to another server, such as one that took over. */
  readonly openedCount: number;
  /** How often a working connection was lost since the start. */
  readonly lostCount: number;
  close(): Promise<void>;
}

const replyTimeoutMs = 250;
/** Nothing waits for these commands any more; the client forgets them. */
const commandTimeoutMs = 2_000;
const connectTimeoutMs = 500;
/** A connection over which nothing comes for this long is replaced; every replica asks at least once a second. */
const socketTimeoutMs = 2_000;
const maxRetryMs = 2_000;

/** There is no server; or there is one that is full, starting, busy with a script, or without its disk or followers. */
const isRefusedToAll = /ECONNREFUSED|^(OOM|LOADING|BUSY|MISCONF|NOREPLICAS|CLUSTERDOWN|MASTERDOWN)\b/;
/**
 * What an error says to an operator, the first that fits. `lasts`: someone has to correct it, so it is logged also when Redis is lost
 * already.
 */
const reasons: readonly { readonly error: RegExp; readonly words: string; readonly lasts?: true }[] = [
  { error: /ECONNREFUSED/, words: 'refuses connections' },
  { error: /ENOTFOUND|EAI_AGAIN/, words: 'is not found: the host name of REDIS_URL does not resolve', lasts: true },
  { error: /EHOSTUNREACH|ENETUNREACH/, words: 'is not in a network that this machine reaches', lasts: true },
  { error: /^WRONGPASS|invalid password/i, words: 'refuses the user or the password of REDIS_URL', lasts: true },
  { error: /^NOAUTH/, words: 'requires a password, and REDIS_URL has none that it accepts', lasts: true },
  { error: /^READONLY/, words: 'is read-only, because it follows another server', lasts: true },
  { error: /^OOM/, words: 'is full: its maxmemory is reached', lasts: true },
  { error: /^LOADING/, words: 'is still loading its data' },
  { error: /^BUSY/, words: 'is busy with a script' },
  { error: /^MISCONF/, words: 'cannot save to its disk', lasts: true },
  { error: /^NOREPLICAS/, words: 'has too few followers', lasts: true },
  { error: /^(CLUSTERDOWN|MASTERDOWN)/, words: 'has no server that writes' },
  { error: /certificate|self[- ]signed|ERR_TLS|SSL/i, words: 'has a certificate that is not trusted', lasts: true },
  { error: /timed? ?out/i, words: 'does not reply' },
  { error: /ECONNRESET|EPIPE|closed|no connection|isn't writeable|max retries/i, words: 'closed the connection' },
];
/** The access rules of the user allow no scripts. */
const isRefusedScript = /^NOPERM\b.*\beval/;
/** Replies that every command of this connection would get. */
const isOfConnection: ReadonlySet<string> = new Set(['READONLY', 'NOAUTH', 'WRONGPASS']);

export function defineScript(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/**
 * Connects in the background and stays connected.
 * @param settings.url `redis://` or `rediss://`, with user and password where Redis has access rules.
 * @param settings.ca the certificates, in PEM form, that the server's may be signed by; the usual authorities unless given.
 * @param settings.name shown in Redis' list of clients.
 */
export function connectRedis(
  settings: { readonly url: string; readonly name: string; readonly ca?: string | undefined },
  { log, now = () => performance.now() }: { readonly log: Logger; readonly now?: () => number },
): RedisConnection {
  const redis = new Redis(settings.url, {
    ...(settings.ca !== undefined && { tls: { ca: settings.ca } }),
    connectionName: `enginy-bridge-${settings.name}`,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    disableClientInfo: true,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    connectTimeout: connectTimeoutMs,
    socketTimeout: socketTimeoutMs,
    retryStrategy: (times) => Math.min(maxRetryMs, 100 * 2 ** Math.min(times, 10)) * (0.75 + Math.random() / 2),
    // After a failover the old server only reads.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  return watchConnection(redis, log, createCircuitBreaker(now));
}

type State = 'starting' | 'up' | 'down';

/** Keeps the state of the connection, and logs its changes. */
function createConnectionState(log: Logger, breaker: CircuitBreaker) {
  let state: State = 'starting';
  let lostCount = 0;
  let regainedAt = Number.NEGATIVE_INFINITY;
  let lostAt = Number.NEGATIVE_INFINITY;
  let isRefused = false;
  let loggedWords: string | undefined;
  const reported = new Set<string>();
  return {
    get current(): State {
      return state;
    },
    get lostCount() {
      return lostCount;
    },
    get regainedAt() {
      return regainedAt;
    },
    get lostAt() {
      return lostAt;
    },
    get isRefused() {
      return isRefused && !breaker.isOpen;
    },
    noteUp() {
      if (breaker.isOpen) return;
      isRefused = false;
      if (state === 'down') {
        const isReturn = lostCount > 0;
        const word = isReturn ? 'again' : 'now';
        log.info(isReturn ? { lostCount } : {}, `Redis can be used ${word}: the replicas share limits and claims`);
        if (isReturn) regainedAt = performance.now();
      }
      state = 'up';
      loggedWords = undefined;
    },
    noteError(error: unknown, lostBy: LostBy) {
      const cause = error instanceof Error ? error.message : String(error);
      const code = error instanceof ReplyError ? /^\w+/.exec(cause)?.[0] : undefined;
      if (code !== undefined && lostBy === 'silence' && !isOfConnection.has(code)) {
        // One key or command is refused, and others may work.
        if (!reported.has(code)) log.warn({ cause }, 'Redis refuses a command, so what needs it is not shared');
        reported.add(code);
        return;
      }
      isRefused = lostBy === 'refusal';
      const { words = 'failed with an unknown error', lasts } =
        reasons.find((reason) => reason.error.test(cause)) ?? {};
      if (state !== 'down') lostAt = performance.now();
      else if (lasts === undefined || words === loggedWords) return;
      if (state === 'up') {
        lostCount += 1;
        breaker.noteLoss();
      }
      state = 'down';
      loggedWords = words;
      logLoss(log, { words, cause, isPaused: breaker.isOpen });
    },
  };
}

function logLoss(log: Logger, loss: { readonly words: string; readonly cause: string; readonly isPaused: boolean }) {
  const { words, cause, isPaused } = loss;
  // What is wrong with a certificate, or what no line above describes.
  const isUnclear = words.startsWith('failed') || words.includes('certificate');
  const [often, time] = isPaused ? [', again and again', ' for 15 seconds'] : ['', ''];
  const consequence = `this replica continues with its share of the limits${time}`;
  log.warn({ ...(isUnclear && { cause }) }, `Redis ${words}${often}; ${consequence}`);
}

function isOfSelect(error: Error & { readonly command?: { readonly name: string } }): boolean {
  return error instanceof ReplyError && error.command?.name === 'select';
}

function watchConnection(redis: Redis, log: Logger, breaker: CircuitBreaker): RedisConnection {
  const state = createConnectionState(log, breaker);
  let lastError: string | undefined;
  redis.on('error', (error: Error) => {
    lastError = error.message;
    // Everything else works then, in the first database.
    if (isOfSelect(error))
      log.warn({ cause: error.message }, 'Redis rejects the database of REDIS_URL: number 0 is used');
  });
  let openedCount = 0;
  redis.on('ready', () => {
    openedCount += 1;
  });
  const opened = new Promise<void>((resolve) => {
    redis.once('ready', () => resolve()).once('close', () => resolve());
  });
  const scripts = createScriptRunner();
  const connection: RedisConnection = {
    async attempt(work) {
      if (breaker.isOpen) return { lostBy: 'silence' };
      if (state.current === 'starting') await opened;
      try {
        if (redis.status !== 'ready') throw new Error(lastError ?? 'no connection');
        const value = await withinTimeout(work(redis));
        state.noteUp();
        lastError = undefined;
        return { value };
      } catch (error) {
        const lostBy = error instanceof Error && isRefusedToAll.test(error.message) ? 'refusal' : 'silence';
        state.noteError(error, lostBy);
        return { lostBy: breaker.isOpen ? 'silence' : lostBy };
      }
    },
    run: (script, keys, args) => connection.attempt((client) => scripts.run(client, script, { keys, args })),
    useIfUp: async (work) => (state.current === 'down' ? { lostBy: 'refusal' } : await connection.attempt(work)),
    runIfUp: (script, keys, args) => connection.useIfUp((client) => scripts.run(client, script, { keys, args })),
    get isUp() {
      return state.current === 'up' && !scripts.areRefused;
    },
    get regainedAt() {
      return state.regainedAt;
    },
    get lostAt() {
      return state.lostAt;
    },
    get isRefused() {
      return state.isRefused;
    },
    get openedCount() {
      return openedCount;
    },
    get lostCount() {
      return state.lostCount;
    },
    async close() {
      redis.disconnect();
    },
  };
  return connection;
}

/**
 * Fails when nothing came for a quarter of a second. If this process was busy for that long, the reply may have arrived already: it is read
 * before the command counts as timed out.
 */
async function withinTimeout<T>(work: Promise<T>): Promise<T> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    setImmediate(() => setImmediate(() => reject(new Error('Command timed out'))));
  }, replyTimeoutMs);
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
    // The one that comes second is ignored.
    work.catch(() => undefined);
    expired.catch(() => undefined);
  }
}

/** Runs scripts, and remembers whether the access rules allow any. */
function createScriptRunner() {
  let areRefused = false;
  return {
    get areRefused() {
      return areRefused;
    },
    async run(...call: Parameters<typeof evaluate>): Promise<string> {
      try {
        const reply = await evaluate(...call);
        areRefused = false;
        return reply;
      } catch (error) {
        areRefused ||= error instanceof Error && isRefusedScript.test(error.message);
        throw error;
      }
    },
  };
}

/** Sends the digest of the script, and the script itself only to a server that does not know it. */
async function evaluate(
  redis: Redis,
  { lua, sha }: Script,
  { keys, args }: { readonly keys: readonly string[]; readonly args: readonly string[] },
): Promise<string> {
  try {
    return String(await redis.evalsha(sha, keys.length, ...keys, ...args));
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return String(await redis.eval(lua, keys.length, ...keys, ...args));
  }
}
