import type { SharedSweeps } from '../identity/identity-store.ts';
import { defineScript, type Script } from './redis-connection.ts';

/**
 * Begins a sweep, unless one of another replica is under way; returns when, by the clock of Redis, or nothing. KEYS: flight. ARGV: token, ms.
 */
const begin = defineScript(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return '' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local time = redis.call('TIME')
return tostring(time[1] * 1000 + math.floor(time[2] / 1000))
`);

/**
 * Ends a sweep. A completed one is noted, unless the index was replaced meanwhile or a later one is noted. KEYS: flight, swept, meta.
 * ARGV: token, epoch, start, rules; no rules of one that failed.
 */
const end = defineScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
if ARGV[4] == '' or redis.call('HGET', KEYS[3], 'epoch') ~= ARGV[2] then return '' end
if tonumber(redis.call('HGET', KEYS[2], 'at') or '0') <= tonumber(ARGV[3]) then
  redis.call('HSET', KEYS[2], 'at', ARGV[3], 'rules', ARGV[4], 'epoch', ARGV[2])
  redis.call('PEXPIRE', KEYS[2], 60000)
end
return ''
`);

/** The age of the last completed sweep in ms, and its rules; or nothing. KEYS: swept. ARGV: epoch. */
const last = defineScript(`
local swept = redis.call('HMGET', KEYS[1], 'at', 'rules', 'epoch')
if swept[3] ~= ARGV[1] then return '' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return tostring(now - tonumber(swept[1])) .. ' ' .. swept[2]
`);

/** A replica that ends while it sweeps holds up the others for this long. */
const flightMs = 20_000;
/** Moments are rounded down to milliseconds: at both ends. */
const roundingMs = 1;

/** What one epoch of the index is shared by, and the replica's own token. */
interface Place {
  readonly prefix: string;
  readonly epoch: string;
  readonly token: string;
}

type Send = (script: Script, keys: readonly string[], args: readonly string[]) => Promise<string>;

/** One sweep of the index serves all replicas. @param send runs a script, or throws IndexLostError. */
export function shareSweeps({ prefix, epoch, token }: Place, send: Send): SharedSweeps {
  const begun = new Map<string, string>();
  const flightOf = (name: string) => `${prefix}:sweep:${name}`;
  const sweptOf = (name: string) => `${prefix}:swept:${name}`;
  return {
    async begin(name) {
      const at = await send(begin, [flightOf(name)], [token, String(flightMs)]);
      if (at !== '') begun.set(name, at);
      return at !== '';
    },
    async end(name, rules = []) {
      const keys = [flightOf(name), sweptOf(name), `${prefix}:meta`];
      await send(end, keys, [token, epoch, begun.get(name) ?? '0', rules.join()]);
    },
    async last(name) {
      const [ago, rules = ''] = (await send(last, [sweptOf(name)], [epoch])).split(' ');
      return ago === undefined || ago === '' ? undefined : { agoMs: Number(ago) + roundingMs, rules: rules.split(',') };
    },
  };
}
