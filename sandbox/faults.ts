import type { CallKind } from './http/call-kind.ts';
import { findObjectType, type ObjectName } from './object-types.ts';

/** What goes wrong. `done-…` and `malformed-json` happen after the call was carried out, the others instead of it. */
export type FaultAction =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'slow-body'; readonly ms: number }
  | { readonly kind: 'html'; readonly status?: number }
  | { readonly kind: 'malformed-json' }
  | { readonly kind: 'no-content-type' }
  | { readonly kind: 'silent-success' }
  | { readonly kind: 'done-then-status'; readonly status: number }
  | { readonly kind: 'done-then-reset' }
  | { readonly kind: 'done-then-hang' };

export interface Fault {
  /** Which calls it hits; all that are given must agree. `path` is a part of the path. */
  readonly match?: {
    readonly method?: string;
    readonly path?: string;
    readonly kind?: CallKind;
    readonly object?: ObjectName;
  };
  /** Matching calls that pass before it begins. */
  readonly skip?: number;
  /** How often it happens, once unless given; 0 = until cleared. */
  readonly times?: number;
  readonly action: FaultAction;
}

interface Armed {
  readonly fault: Fault;
  skip: number;
  left: number;
}

export interface FaultTarget {
  readonly method: string;
  readonly path: string;
  readonly kind: CallKind;
  readonly object: ObjectName | undefined;
}

const actionKinds = new Set(
  'status reset hang slow-body html malformed-json no-content-type silent-success done-then-status done-then-reset done-then-hang'.split(
    ' ',
  ),
);

/** Faults waiting to happen, first added first. */
export class Faults {
  #armed: Armed[] = [];

  add(fault: Fault): void {
    if (!actionKinds.has(fault.action?.kind)) throw new RangeError(`unknown fault "${fault.action?.kind}"`);
    this.#armed.push({
      fault,
      skip: fault.skip ?? 0,
      left: fault.times === 0 ? Number.POSITIVE_INFINITY : (fault.times ?? 1),
    });
  }

  clear(): void {
    this.#armed = [];
  }

  /** Faults that have not yet happened as often as requested: a test can assert that none is left. */
  get pending(): readonly Fault[] {
    return this.#armed.map(({ fault }) => fault);
  }

  /** The action for a call, if one is due; counts it. */
  take(target: FaultTarget): FaultAction | undefined {
    for (const armed of this.#armed) {
      if (!hits(armed.fault, target)) continue;
      if (armed.skip > 0) {
        armed.skip--;
        continue;
      }
      armed.left--;
      if (armed.left <= 0) this.#armed = this.#armed.filter((other) => other !== armed);
      return armed.fault.action;
    }
    return undefined;
  }
}

function hits({ match = {} }: Fault, target: FaultTarget): boolean {
  return (
    (match.method === undefined || match.method.toUpperCase() === target.method) &&
    (match.path === undefined || target.path.includes(match.path)) &&
    (match.kind === undefined || match.kind === target.kind) &&
    (match.object === undefined || findObjectType(match.object)?.name === target.object)
  );
}
