import type { DecisionListener } from '../bridge/decisions.ts';

/** What the CRM's adapter reports about a call: which requests it served, and how long it waited for its turn. */
interface CountedCall {
  readonly context: { readonly requestId: string; readonly alsoFor?: readonly string[] };
  readonly waitedMs: number;
}

/** Counts the calls that requests make, until they are decided. */
export interface CallCount {
  add(call: CountedCall): void;
  /** The listener, with the calls of each request. */
  countedFor(listener: DecisionListener | undefined): DecisionListener | undefined;
}

/** Beyond this number of request ids, the oldest are forgotten; some calls belong to no request. */
const maxOpen = 10_000;

export function countCalls(): CallCount {
  const open = new Map<string, { calls: number; waitedMs: number }>();
  const addTo = (requestId: string, waitedMs: number) => {
    const known = open.get(requestId);
    if (known === undefined) {
      const [oldest] = open.size < maxOpen ? [] : open.keys();
      if (oldest !== undefined) open.delete(oldest);
      open.set(requestId, { calls: 1, waitedMs });
    } else {
      known.calls += 1;
      known.waitedMs = Math.max(known.waitedMs, waitedMs);
    }
  };
  return {
    add({ context: { requestId, alsoFor = [] }, waitedMs }) {
      const whole = Math.max(0, Math.round(waitedMs));
      for (const id of new Set([requestId, ...alsoFor])) addTo(id, whole);
    },
    countedFor: (listener) =>
      listener && {
        write(request) {
          const counted = open.get(request.requestId);
          open.delete(request.requestId);
          listener.write({ ...request, calls: counted?.calls ?? 0, waitedMs: counted?.waitedMs ?? 0 });
        },
      },
  };
}
