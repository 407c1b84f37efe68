import { type Account, defaultAccount } from './account/account.ts';
import type { ScopeOption } from './http/require-scopes.ts';
import type { Latency } from './latency.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { accountOf, type PortalSchema } from './portal-schema.ts';
import type { Flicker } from './search/search-index.ts';
import { resolveSwitches, type Switches } from './switches.ts';

export interface SandboxOptions {
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Loopback unless given. */
  readonly host?: string;
  /** The bearer token that is accepted; `sandbox-token` unless given. */
  readonly token?: string;
  /** All scopes unless given: a list, or all without some. */
  readonly scopes?: ScopeOption;
  /** HubSpot's limits of a Starter account unless given; false switches all of them off, headers included. */
  readonly limits?: false | Partial<Limits>;
  /** Milliseconds, or a range of them, before each answer, for all calls or by kind of call. Real time. */
  readonly latency?: Latency;
  /** Milliseconds until a write is seen by search, or a function that draws them for each write; 1000 unless given. */
  readonly indexLagMs?: number | (() => number);
  /** New records vanish from search once more: `afterMs` after they appeared, for `forMs`; a function draws for each. Off unless given. */
  readonly indexFlicker?: Flicker | false | (() => Flicker | false);
  /** Milliseconds until a new property can be used; 0 by default (250 to 700 were observed). */
  readonly propertyLagMs?: number;
  /** Custom properties per object; 1000 unless given, as in a developer test account. */
  readonly customPropertyLimit?: number;
  readonly account?: Partial<Account>;
  /** Properties and account of a real portal instead of the sandbox's own. */
  readonly schema?: PortalSchema;
  /** Outcomes of facts that HubSpot leaves open; see docs/sandbox.md. */
  readonly switches?: Partial<Switches>;
  /** Source of time in epoch milliseconds; index lag, rate windows and timestamps follow it. */
  readonly now?: () => number;
  /** Requests kept in the log, with their bodies; 1000 unless given. */
  readonly logSize?: number;
}

export interface ResolvedOptions {
  readonly port: number;
  readonly host: string;
  readonly token: string;
  readonly scopes: ScopeOption | undefined;
  readonly limits: false | Limits;
  readonly latency: Latency;
  readonly indexLagMs: () => number;
  readonly indexFlicker: () => Flicker | false;
  readonly propertyLagMs: number;
  readonly customPropertyLimit: number;
  readonly account: Account;
  readonly schema: PortalSchema | undefined;
  readonly switches: Switches;
  readonly now: () => number;
  readonly logSize: number;
}

export function resolveOptions(options: SandboxOptions): ResolvedOptions {
  return {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    token: options.token ?? 'sandbox-token',
    scopes: options.scopes,
    limits: options.limits === false ? false : { ...defaultLimits, ...options.limits },
    latency: options.latency ?? 0,
    indexLagMs: drawn(options.indexLagMs ?? 1000),
    indexFlicker: drawn(options.indexFlicker ?? false),
    propertyLagMs: options.propertyLagMs ?? 0,
    customPropertyLimit: options.customPropertyLimit ?? 1000,
    account: { ...defaultAccount, ...accountOf(options.schema), ...options.account },
    schema: options.schema,
    switches: resolveSwitches(options.switches),
    now: options.now ?? Date.now,
    logSize: options.logSize ?? 1000,
  };
}

function drawn<Value extends number | Flicker | false>(given: Value | (() => Value)): () => Value {
  return given instanceof Function ? given : () => given;
}
