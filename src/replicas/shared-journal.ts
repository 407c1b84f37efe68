import type { DecidedRequest } from '../bridge/decisions.ts';
import type { Logger } from '../logger.ts';
import type { RedisConnection } from './redis-connection.ts';
import type { Sealer } from './sealer.ts';

/** Passes the journal's entries of every replica on to all others. */
export interface SharedJournal {
  /** Returns at once; entries are lost while Redis is away, and stay in this replica's own journal. */
  publish(request: DecidedRequest): void;
  close(): void;
}

/** Requests of many records are passed on in parts; the stream keeps this many, about a hundred bytes a record. */
const recordsPerPart = 200;
const maxParts = 2_000;
const pollMs = 1_000;
const partsPerRead = 100;

interface Journaled {
  readonly name: string;
  readonly app: string;
  readonly sealer: Sealer;
}

/** @param onRequest receives what other replicas decided, with their name in `replica`. */
export function createSharedJournal(
  redis: RedisConnection,
  { name, app, sealer }: Journaled,
  { onRequest, log }: { readonly onRequest: (request: DecidedRequest) => void; readonly log: Logger },
): SharedJournal {
  const stream = `eb:{journal}:${app}`;
  let last: string | undefined;
  let isReading = false;

  const readNews = async () => {
    if (isReading) return;
    isReading = true;
    for (let hasMore = true; hasMore; ) {
      const after = last;
      const reply = await redis.useIfUp((client) =>
        // Without a position, only what comes from now on is of interest.
        after === undefined
          ? client.xrevrange(stream, '+', '-', 'COUNT', 1)
          : client.xrange(stream, `(${after}`, '+', 'COUNT', partsPerRead),
      );
      const entries = 'lostBy' in reply ? [] : reply.value;
      hasMore = after !== undefined && entries.length === partsPerRead;
      if (after === undefined && !('lostBy' in reply)) last = '0-0';
      for (const [id, [, from, , sealed]] of entries) {
        last = id;
        if (after !== undefined && from !== name) receive(from, sealed);
      }
    }
    isReading = false;
  };

  const receive = (from: string | undefined, sealed: string | undefined) => {
    const text = sealed === undefined ? undefined : sealer.open(sealed);
    if (from === undefined || text === undefined) return;
    try {
      // Sealed by a replica with the same token, which wrote what `publish` below does.
      onRequest({ ...(JSON.parse(text) as DecidedRequest), replica: from });
    } catch (error) {
      log.debug({ err: error, from }, 'an entry of another replica cannot be read');
    }
  };

  const timer = setInterval(() => void readNews(), pollMs);
  timer.unref();
  void readNews();
  return {
    publish(request) {
      for (let from = 0; from === 0 || from < request.records.length; from += recordsPerPart) {
        const part = { ...request, records: request.records.slice(from, from + recordsPerPart) };
        const sealed = sealer.seal(JSON.stringify(part));
        void redis.useIfUp((client) =>
          client.xadd(stream, 'MAXLEN', '~', maxParts, '*', 'from', name, 'request', sealed),
        );
      }
    },
    close: () => clearInterval(timer),
  };
}
