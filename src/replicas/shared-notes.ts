import { randomUUID } from 'node:crypto';
import type { RedisDigest } from './redis-digest.ts';
import { defineScript, type RedisConnection } from './redis-connection.ts';
import type { Sealer } from './sealer.ts';

/** Small facts that replicas learn and pass on to each other: a few hundred, each for some minutes. */
export interface SharedNotes {
  /** Replaces the note of that key. Returns at once; the note is lost while Redis is away. */
  write(key: string, note: unknown, ttlMs: number): void;
  /** @param onNote receives each note of the others once, with its age in milliseconds. */
  follow(onNote: (note: unknown, ageMs: number) => void): void;
  close(): void;
}

const pollMs = 1_000;
/** More than replicas learn in some minutes. */
const maxNotes = 1_000;

/** KEYS: notes. ARGV: field, replica, milliseconds, sealed note, the most notes. */
const write = defineScript(`
local t = redis.call('TIME')
local isNew = redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0
if isNew and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then return '' end
local until_ = t[1] * 1000 + math.floor(t[2] / 1000) + ARGV[3]
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %s %s %s', until_, ARGV[3], ARGV[2], ARGV[4]))
redis.call('PEXPIRE', KEYS[1], math.max(redis.call('PTTL', KEYS[1]), tonumber(ARGV[3])))
return ''
`);

/** KEYS: notes. ARGV: replica. Returns the notes of others: field, sealed note, milliseconds since it was written. */
const read = defineScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local all, notes = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #all, 2 do
  local until_, ttl, from, note = string.match(all[i + 1], '^(%d+) (%d+) (%S+) (.*)$')
  if now > tonumber(until_) then redis.call('HDEL', KEYS[1], all[i])
  elseif from ~= ARGV[1] then notes[#notes + 1] = { all[i], note, math.max(0, now - until_ + ttl) } end
end
return #notes == 0 and '[]' or cjson.encode(notes)
`);

interface NoteSettings {
  readonly app: string;
  readonly digest: RedisDigest;
  readonly sealer: Sealer;
}

export function createSharedNotes(redis: RedisConnection, { app, digest, sealer }: NoteSettings): SharedNotes {
  const me = randomUUID();
  const keys = [`eb:{learnt}:${app}`];
  const listeners: ((note: unknown, ageMs: number) => void)[] = [];
  let known = new Map<string, string>();

  const poll = async () => {
    const reply = await redis.runIfUp(read, keys, [me]);
    if ('lostBy' in reply) return;
    // The script's own words; nothing else writes them.
    const notes = JSON.parse(reply.value) as [field: string, sealed: string, ageMs: number][];
    // What was written later counts.
    notes.sort(([, , a], [, , b]) => b - a);
    const before = known;
    known = new Map(notes.map(([field, sealed]) => [field, sealed]));
    for (const [field, sealed, ageMs] of notes) {
      const text = before.get(field) === sealed ? undefined : sealer.open(sealed);
      if (text !== undefined) for (const onNote of listeners) onNote(JSON.parse(text), ageMs);
    }
  };

  const timer = setInterval(() => void poll(), pollMs);
  timer.unref();
  return {
    write(key, note, ttlMs) {
      const args = [digest(key), me, String(ttlMs), sealer.seal(JSON.stringify(note)), String(maxNotes)];
      void redis.runIfUp(write, keys, args);
    },
    follow(onNote) {
      listeners.push(onNote);
      void poll();
    },
    close: () => clearInterval(timer),
  };
}
