import { type Clock, createClock } from './clock.ts';
import { Faults } from './faults.ts';
import { resolveScopes } from './http/require-scopes.ts';
import { RateLimiter } from './limits.ts';
import type { ResolvedOptions } from './options.ts';
import { Portal } from './portal.ts';
import { CallLog } from './call-log.ts';
import { resolveSwitches, type Switches } from './switches.ts';

/** Everything a running sandbox holds; the server, the admin route and the in-process handle share it. */
export class World {
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly faults = new Faults();
  readonly log: CallLog;
  readonly scopes: ReadonlySet<string>;
  readonly switches: Switches;
  latency: ResolvedOptions['latency'];
  portal: Portal;
  limiter: RateLimiter | undefined;

  constructor(options: ResolvedOptions) {
    this.options = options;
    this.clock = createClock(options.now);
    this.log = new CallLog(options.logSize);
    this.scopes = resolveScopes(options.scopes);
    this.switches = { ...options.switches };
    this.latency = options.latency;
    this.portal = this.#createPortal();
    this.limiter = this.#createLimiter();
  }

  /** Back to an empty portal with fresh limits; switches and the clock stay. */
  reset(): void {
    this.portal = this.#createPortal();
    this.limiter = this.#createLimiter();
    this.faults.clear();
    this.log.clear();
    this.latency = this.options.latency;
  }

  setSwitches(changes: Readonly<Record<string, unknown>>): void {
    Object.assign(this.switches, resolveSwitches({ ...this.switches, ...changes }));
  }

  #createPortal(): Portal {
    const { account, schema, indexLagMs, indexFlicker, propertyLagMs, customPropertyLimit } = this.options;
    return new Portal({
      clock: this.clock,
      switches: this.switches,
      account,
      schema,
      indexLagMs,
      indexFlicker,
      propertyLagMs,
      customPropertyLimit,
    });
  }

  #createLimiter(): RateLimiter | undefined {
    const { limits, account } = this.options;
    return limits === false ? undefined : new RateLimiter(limits, account);
  }
}
