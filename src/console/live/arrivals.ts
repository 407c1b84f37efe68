import type { DecidedRequest } from '../../bridge/decisions.ts';

/** The last request of an endpoint. */
export interface Arrival {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly status: number;
}

/** Which of Enginy's requests have arrived with a valid key, and how many arrived with another key. */
export interface Arrivals {
  /** @param endpoint `POST /contacts` */
  note(endpoint: string, arrival: Arrival): void;
  add(request: Pick<DecidedRequest, 'method' | 'route' | 'status' | 'at'>): void;
  /** The last request that was answered as it should be, or else the last one. */
  of(endpoint: string): Arrival | undefined;
  noteRejectedKey(at: number): void;
  readonly rejectedKeys: { readonly count: number; readonly lastAt: number | undefined };
}

export function createArrivals(): Arrivals {
  const last = new Map<string, Arrival>();
  let count = 0;
  let lastAt: number | undefined;
  const note = (endpoint: string, arrival: Arrival) => {
    const known = last.get(endpoint);
    const isBetter = known === undefined || isFine(arrival) || !isFine(known);
    if (isBetter && (known === undefined || known.at <= arrival.at || !isFine(known))) last.set(endpoint, arrival);
  };
  return {
    note,
    add: ({ method, route, status, at }) => {
      // Paths that callers invent have no route.
      if (route !== 'none') note(`${method} ${route}`, { at, status });
    },
    of: (endpoint) => last.get(endpoint),
    noteRejectedKey(at) {
      count += 1;
      lastAt = at;
    },
    get rejectedKeys() {
      return { count, lastAt };
    },
  };
}

/** True if Enginy received what it requested. */
export function isFine({ status }: Arrival): boolean {
  return status >= 200 && status < 300;
}
