import type { RequestListener } from 'node:http';
import type { DecidedRequest } from '../bridge/decisions.ts';
import type { Config } from '../config.ts';
import type { HubSpotExchange } from '../crm/hubspot/transport/exchange.ts';
import { observeResponses } from '../crm/hubspot/observed-responses.ts';
import type { RequestMeter } from '../http/request-meter.ts';
import type { Logger } from '../logger.ts';
import { openThreads } from './archive/open-threads.ts';
import { createAudit } from './audit.ts';
import { openAccess } from './console-access.ts';
import { createConsoleApp } from './console-app.ts';
import type { BridgeParts } from './console-sources.ts';
import { createArrivals } from './live/arrivals.ts';
import { createEventHub } from './live/event-hub.ts';
import { createHourHistory } from './live/hour-history.ts';
import { createHubSpotPulse } from './live/hubspot-pulse.ts';
import { createProblemMarks } from './problems/problem-marks.ts';
import { createScreens } from './screens/screen-table.ts';

/** The console before the bridge starts to serve; it records everything from then on. */
export interface OpenConsole {
  /** A request was answered. */
  write(request: DecidedRequest): void;
  observeCall(exchange: Pick<HubSpotExchange, 'responseHeaders' | 'durationMs' | 'status'>): void;
  /** Counts as the meter does, and notes rejected keys. */
  watchKeys(meter: RequestMeter): RequestMeter;
  start(parts: BridgeParts): RunningConsole;
}

export interface RunningConsole {
  readonly listener: RequestListener;
  /** Call it with the address once it is reached there. @returns a link that signs in once */
  opened(url: string): string;
  /** Reads CONSOLE_USERS again. */
  reload(): void;
  /** Ends what stays open while a screen is shown. */
  closeStreams(): void;
  close(): void;
}

const lookMs = 1_000;

/** @throws ConfigError when CONSOLE_USERS has mistakes. */
export function openConsole(config: Config, settings: NonNullable<Config['console']>, log: Logger): OpenConsole {
  const access = openAccess({ ...settings, adminHost: config.admin?.host ?? '' }, log, Date.now);
  const history = createHourHistory(() => performance.now());
  const arrivals = createArrivals();
  const pulse = createHubSpotPulse(Date.now);
  const responses = observeResponses();
  const events = createEventHub((error) => log.error({ err: error }, 'the live texts of a screen failed'));
  return {
    write(request) {
      history.add(request);
      arrivals.add(request);
      events.count('requests');
    },
    observeCall(exchange) {
      responses.observe(exchange);
      pulse.add(exchange);
    },
    watchKeys: (meter) => ({
      observe: (answered) => meter.observe(answered),
      observeKey(result) {
        meter.observeKey(result);
        arrivals.noteRejectedKey(Date.now());
      },
    }),
    start(parts) {
      const threads = openThreads(config, log, parts.hasLowPriority);
      const marks = createProblemMarks(threads.archive);
      const sources = { ...parts, marks, config, log, history, arrivals, pulse, limits: responses.limits, threads };
      const screens = createScreens(sources);
      const audit = createAudit(log, parts.journal);
      const timer = setInterval(() => history.look(parts.pacer.state()), lookMs).unref();
      return {
        listener: createConsoleApp({ screens, isSandbox: config.isSandbox, access, audit, events, log }),
        opened: access.opened,
        reload: () => access.users.reload(),
        closeStreams: events.close,
        close() {
          clearInterval(timer);
          events.close();
          access.close();
          threads.close().catch((error: unknown) => log.warn({ err: error }, 'the threads of the console did not end'));
        },
      };
    },
  };
}
