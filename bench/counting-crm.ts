import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingCrm {
  readonly port: number;
  /** When each call was answered, by `performance.now()`. */
  readonly answeredAt: readonly number[];
  readonly refused: number;
  /** Answered calls by replica. */
  readonly by: ReadonlyMap<string, number>;
  /** Replicas that have sent a call, refused or not. */
  readonly joined: ReadonlySet<string>;
  close(): void;
}

/** A CRM with one rolling window. It answers in 80 to 250 ms and counts a call at a random moment between arrival and answer. */
export async function startCountingCrm(limit: number, windowMs: number): Promise<CountingCrm> {
  let hits: number[] = [];
  const answeredAt: number[] = [];
  let refused = 0;
  const by = new Map<string, number>();
  const joined = new Set<string>();
  const server = createServer((request, response) => {
    const replica = String(request.headers['x-replica']);
    joined.add(replica);
    const latencyMs = 80 + Math.random() * 170;
    const countedMs = latencyMs * Math.random();
    request.resume();
    setTimeout(() => {
      const now = performance.now();
      hits = hits.filter((hit) => hit > now - windowMs);
      const isRefused = hits.length >= limit;
      if (isRefused) refused += 1;
      else {
        hits.push(now);
        answeredAt.push(now);
        by.set(replica, (by.get(replica) ?? 0) + 1);
      }
      setTimeout(() => response.writeHead(isRefused ? 429 : 200).end(), latencyMs - countedMs);
    }, countedMs);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    // A server that listens on a port has an address with one.
    port: (server.address() as AddressInfo).port,
    answeredAt,
    get refused() {
      return refused;
    },
    by,
    joined,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
