import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Logger } from '../logger.ts';
import { defineScript, type RedisConnection } from './redis-connection.ts';

/** What a replica shows the others. */
export interface ReplicaNote {
  /** Hash of its active mapping files. */
  readonly mapping: string;
  readonly loadedAt: string;
  /** Its folder contains an edit with errors, which is not active. */
  readonly isEditRefused: boolean;
}

export interface ReplicaView extends ReplicaNote {
  readonly name: string;
  /** When it last received SIGHUP. */
  readonly reloadedAt?: string;
  readonly seenMsAgo: number;
}

export interface ReplicaBoard {
  /** The other replicas, as last seen; empty while Redis is away. */
  readonly others: readonly ReplicaView[];
  /** True once another replica has used other mapping files for five minutes. */
  readonly hasDiffered: boolean;
  /** Writes this replica's note and reads those of the others now, instead of within ten seconds. */
  update(): Promise<void>;
  /** This replica received SIGHUP. */
  noteReload(): void;
  close(): void;
}

/** An edit reaches all replicas within seconds; one that lasts this long did not reach some. */
const differingMs = 5 * 60_000;
const everyMs = 10_000;
/** A replica that was not seen for this long has stopped. */
const forgottenMs = 45_000;

/** KEYS: board. ARGV: name, note, milliseconds. Returns [name, note, milliseconds since it was written]; of ARGV's name the note before. */
const exchange = defineScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local before = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '', '^%d+ (.*)$') or ARGV[2]
redis.call('HSET', KEYS[1], ARGV[1], now .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], 10 * ARGV[3])
local all, seen = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #all, 2 do
  local at, note = string.match(all[i + 1], '^(%d+) (.*)$')
  if now - at > tonumber(ARGV[3]) then redis.call('HDEL', KEYS[1], all[i])
  else seen[#seen + 1] = { all[i], all[i] == ARGV[1] and before or note, math.max(0, now - at) } end
end
return cjson.encode(seen)
`);

const Note = z.object({
  mapping: z.string(),
  loadedAt: z.string(),
  reloadedAt: z.string().exactOptional(),
  isEditRefused: z.boolean(),
});
/** Part of a note, too: it distinguishes processes of one name. */
const Writer = z.object({ process: z.string() });
const Seen = z.array(z.tuple([z.string(), z.string(), z.number()]));

interface BoardSettings {
  /** Of this replica. */
  readonly name: string;
  /** Digest of the access token. */
  readonly app: string;
}

/** Shows every ten seconds what this replica does, and watches what the others show. */
export function createReplicaBoard(
  redis: RedisConnection,
  { name, app }: BoardSettings,
  deps: { readonly ownNote: () => ReplicaNote; readonly log: Logger; readonly now?: () => number },
): ReplicaBoard {
  const { ownNote, log, now = () => performance.now() } = deps;
  let others: readonly ReplicaView[] = [];
  let readAt = 0;
  let reloadedAt: string | undefined;
  const me = randomUUID();
  const watchName = createNameWatch({ name, process: me }, log);
  const mappingWatch = createMappingWatch(log, now);

  const update = async () => {
    const own = ownNote();
    const reply = await redis.runIfUp(
      exchange,
      [`eb:{board}:${app}`],
      [name, JSON.stringify({ ...own, reloadedAt, process: me }), String(forgottenMs)],
    );
    others = 'lostBy' in reply ? [] : readOthers(reply.value, name);
    readAt = now();
    if ('lostBy' in reply) return;
    watchName(reply.value);
    mappingWatch.compare(own, others);
  };

  const timer = setInterval(() => void update(), everyMs);
  timer.unref();
  return {
    get others() {
      const readMsAgo = now() - readAt;
      return others.map((other) => ({ ...other, seenMsAgo: other.seenMsAgo + readMsAgo }));
    },
    get hasDiffered() {
      return mappingWatch.hasDiffered;
    },
    update,
    noteReload() {
      reloadedAt = new Date().toISOString();
      void update();
    },
    close: () => clearInterval(timer),
  };
}

interface MappingWatch {
  /** Whether replicas have used different mapping files for so long that it was logged. */
  readonly hasDiffered: boolean;
  compare(own: ReplicaNote, others: readonly ReplicaView[]): void;
}

/** Warns once if replicas use different mapping files for longer than an edit takes to reach all of them. */
function createMappingWatch(log: Logger, now: () => number): MappingWatch {
  let differsSince: number | undefined;
  let hasDiffered = false;
  return {
    get hasDiffered() {
      return hasDiffered;
    },
    compare({ mapping }, others) {
      const differing = others.filter((other) => other.mapping !== mapping);
      if (differing.length === 0) {
        differsSince = undefined;
        hasDiffered = false;
        return;
      }
      differsSince ??= now();
      if (hasDiffered || now() - differsSince < differingMs) return;
      hasDiffered = true;
      const facts = { mapping, others: differing.map((other) => ({ name: other.name, mapping: other.mapping })) };
      log.warn(facts, 'replicas have used different mapping files for five minutes');
    },
  };
}

/** Notes of another version of the bridge that cannot be read are skipped. */
function readOthers(text: string, name: string): readonly ReplicaView[] {
  // An empty Lua table is an empty object.
  const seen = Seen.safeParse(JSON.parse(text));
  if (!seen.success) return [];
  return seen.data.flatMap(([other, json, seenMsAgo]) => {
    const note = Note.safeParse(JSON.parse(json));
    return other === name || !note.success ? [] : [{ name: other, ...note.data, seenMsAgo }];
  });
}

/** Warns once if another process writes a note under this replica's name. The note of the process that this one replaced does not count. */
function createNameWatch(own: Writing, log: Logger): (text: string) => void {
  let isShown = false;
  let hasWarned = false;
  return (text) => {
    if (isShown && !hasWarned && hasOtherWriter(text, own)) {
      hasWarned = true;
      log.warn(
        { name: own.name },
        'another replica has the same INSTANCE: both count as one, and may exceed the limits without Redis',
      );
    }
    isShown = true;
  };
}

interface Writing {
  readonly name: string;
  readonly process: string;
}

function hasOtherWriter(text: string, own: Writing): boolean {
  const seen = Seen.safeParse(JSON.parse(text));
  const note = seen.data?.find(([name]) => name === own.name)?.[1];
  const writer = note === undefined ? undefined : Writer.safeParse(JSON.parse(note));
  return writer?.success === true && writer.data.process !== own.process;
}
