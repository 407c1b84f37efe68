import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { HubSpotExchange } from './crm/hubspot/transport/exchange.ts';
import type { Pacer } from './crm/pacing/pacer.ts';
import type { RequestMeter } from './http/request-meter.ts';
import type { OtherReplica } from './http/routes/probes.ts';
import type { ReloadResult } from './live-mappings.ts';
import type { IndexState } from './bridge/identity-index.ts';
import { watchIndexState } from './metrics/watch-index-state.ts';
import { watchJournal } from './metrics/watch-journal.ts';
import type { ReloadState } from './mapping/load/reload-state.ts';

/** Prometheus metrics. Names and numbers only: no ids, no values of records. */
export interface Metrics extends RequestMeter {
  readonly contentType: string;
  /** All metrics as text. */
  read(): Promise<string>;
  observeCall(exchange: Pick<HubSpotExchange, 'purpose' | 'status' | 'durationMs'>): void;
  observeReload(result: ReloadResult): void;
  /** Gauges that are read on every scrape. */
  watch(sources: {
    readonly pacer: Pick<Pacer, 'state'>;
    /** Absent: the bridge shares nothing with other replicas. */
    readonly sharing?: SharingSource | undefined;
    readonly mappingState: () => ReloadState;
    readonly droppedLogLines: () => number;
    /** Absent: there is no journal. */
    readonly journal?: { readonly written: number; readonly dropped: number } | undefined;
    readonly indexState?: (() => readonly IndexState[]) | undefined;
  }): void;
}

const prefix = 'enginy_bridge_';
/** Seconds, from a single lookup to a whole export. */
const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Counts in the log line, and the outcome that each is counted under. */
const outcomes = { matched: 'matched', found: 'found', failed: 'failed', warned: 'warned' } as const;

/** @param options.ofProcess also memory, processor time and the like. */
export function createMetrics(options: { readonly ofProcess: boolean }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.ofProcess) collectDefaultMetrics({ register: registry });
  const { requests, records, calls, callSeconds, reloads, keys } = createInstruments(registers);

  return {
    contentType: registry.contentType,
    read: () => registry.metrics(),
    observe({ method, route, status, seconds, facts }) {
      requests.observe({ method, route, status }, seconds);
      if (typeof facts.records !== 'number') return;
      records.inc({ method, route, outcome: 'sent' }, facts.records);
      for (const [fact, outcome] of Object.entries(outcomes)) {
        const count = facts[fact];
        if (typeof count === 'number') records.inc({ method, route, outcome }, count);
      }
    },
    observeCall({ purpose, status, durationMs }) {
      calls.inc({ purpose, status: status ?? 'none' });
      callSeconds.observe(durationMs / 1_000);
    },
    observeReload: (result) => reloads.inc({ result }),
    observeKey: (result) => keys.inc({ result }),
    watch({ pacer, sharing, mappingState, droppedLogLines, journal, indexState }) {
      watchLanes(registers, pacer);
      if (sharing !== undefined) watchSharing(registers, { pacer, ...sharing });
      watchMapping(registers, mappingState);
      watchLog(registers, droppedLogLines);
      if (journal !== undefined) watchJournal(registers, journal);
      if (indexState !== undefined) watchIndexState(registers, indexState);
    },
  };
}

/** What is counted as it happens. */
function createInstruments(registers: Registry[]) {
  const requests = new Histogram({
    name: `${prefix}request_duration_seconds`,
    help: 'Requests by route and status; 499: the caller disconnected.',
    labelNames: ['method', 'route', 'status'],
    buckets,
    registers,
  });
  const records = new Counter({
    name: `${prefix}records_total`,
    help: 'Records in requests by route and outcome.',
    labelNames: ['method', 'route', 'outcome'],
    registers,
  });
  const calls = new Counter({
    name: `${prefix}crm_calls_total`,
    help: 'Calls to the CRM by purpose and status; none: no response arrived.',
    labelNames: ['purpose', 'status'],
    registers,
  });
  const callSeconds = new Histogram({
    name: `${prefix}crm_call_duration_seconds`,
    help: 'Time from sending a call to its response.',
    buckets,
    registers,
  });
  const reloads = new Counter({
    name: `${prefix}mapping_reloads_total`,
    help: 'Reloads of the mapping files by result.',
    labelNames: ['result'],
    registers,
  });
  const keys = new Counter({
    name: `${prefix}rejected_keys_total`,
    help: 'Requests with a wrong or missing API key.',
    labelNames: ['result'],
    registers,
  });
  for (const result of ['missing', 'unknown']) keys.inc({ result }, 0);
  for (const result of ['applied', 'refused', 'unchanged']) reloads.inc({ result }, 0);
  return { requests, records, calls, callSeconds, reloads, keys };
}

function watchLanes(registers: Registry[], pacer: Pick<Pacer, 'state'>): void {
  const readings = {
    limit: 'Calls that the lane may make in its window.',
    used: 'Calls in the current window.',
    waiting: 'Calls waiting for a free slot.',
    running: 'Calls in progress.',
    pausedMs: 'Milliseconds until the lane resumes after the CRM asked to slow down.',
  } as const;
  for (const [reading, help] of Object.entries(readings)) {
    new Gauge({
      name: `${prefix}crm_lane_${reading === 'pausedMs' ? 'paused_milliseconds' : reading}`,
      help,
      labelNames: ['lane'],
      registers,
      collect() {
        for (const [lane, state] of Object.entries(pacer.state())) {
          this.set({ lane }, state[reading as keyof typeof readings]); // Object.entries of the table above
        }
      },
    });
  }
}

/** What replicas share, as far as it is measured. */
interface SharingSource {
  readonly redis: { readonly isUp: boolean; readonly lostCount: number };
  readonly claims: { readonly unavailableCount: number };
  readonly board: {
    readonly others: readonly OtherReplica[];
    readonly hasDiffered: boolean;
  };
}

const sharingModes = ['shared', 'own share', 'held'] as const;

function watchSharing(registers: Registry[], sources: SharingSource & { readonly pacer: Pick<Pacer, 'state'> }): void {
  const { pacer, redis, claims, board } = sources;
  watchReplicas(registers, board);
  const readings: Readonly<Record<string, readonly [help: string, read: () => number]>> = {
    redis_up: ['1 while Redis can be reached and runs scripts.', () => (redis.isUp ? 1 : 0)],
    redis_lost_total: ['How often a working connection to Redis was lost.', () => redis.lostCount],
    claims_unavailable_total: [
      'Creates and updates that ran without claims, because Redis could not be reached.',
      () => claims.unavailableCount,
    ],
    replicas_mapping_differs: [
      '1 once replicas have used different mapping files for five minutes.',
      () => (board.hasDiffered ? 1 : 0),
    ],
  };
  for (const [name, [help, read]] of Object.entries(readings)) {
    new Gauge({
      name: `${prefix}${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }
  new Gauge({
    name: `${prefix}crm_lane_mode`,
    help: '1 for how the lane uses its limit: shared with other replicas, its own share without Redis, or held while others may still use it.',
    labelNames: ['lane', 'mode'],
    registers,
    collect() {
      for (const [lane, { sharing }] of Object.entries(pacer.state()))
        for (const mode of sharingModes) this.set({ lane, mode }, sharing?.mode === mode ? 1 : 0);
    },
  });
  new Gauge({
    name: `${prefix}crm_lane_clock_steps_total`,
    help: "How often the lane's clock was corrected because the clock of Redis had jumped.",
    labelNames: ['lane'],
    registers,
    collect() {
      for (const [lane, { sharing }] of Object.entries(pacer.state())) this.set({ lane }, sharing?.clockSteps ?? 0);
    },
  });
}

/** What is shown of each other replica. Undefined: nothing. */
const replicaReadings: Readonly<Record<string, { help: string; read(replica: OtherReplica): number | undefined }>> = {
  mapping_loaded_timestamp_seconds: {
    help: 'When another replica loaded its active mapping files.',
    read: ({ loadedAt }) => Date.parse(loadedAt) / 1_000,
  },
  reloaded_timestamp_seconds: {
    help: 'When another replica last received SIGHUP.',
    read: ({ reloadedAt }) => (reloadedAt === undefined ? undefined : Date.parse(reloadedAt) / 1_000),
  },
  edit_refused: {
    help: '1 while the folder of another replica contains an edit with errors and an older version is active.',
    read: ({ isEditRefused }) => (isEditRefused ? 1 : 0),
  },
};

function watchReplicas(registers: Registry[], board: SharingSource['board']): void {
  new Gauge({
    name: `${prefix}replica_mapping_info`,
    help: 'The active mapping files of the other replicas, by hash.',
    labelNames: ['replica', 'hash'],
    registers,
    collect() {
      this.reset();
      for (const { name, mapping } of board.others) this.set({ replica: name, hash: mapping }, 1);
    },
  });
  for (const [name, { help, read }] of Object.entries(replicaReadings)) {
    new Gauge({
      name: `${prefix}replica_${name}`,
      help,
      labelNames: ['replica'],
      registers,
      collect() {
        this.reset();
        for (const replica of board.others) {
          const value = read(replica);
          if (value !== undefined) this.set({ replica: replica.name }, value);
        }
      },
    });
  }
}

function watchLog(registers: Registry[], droppedLines: () => number): void {
  new Gauge({
    name: `${prefix}log_lines_dropped`,
    help: 'Log lines that could not be written since the process started, for example to a full volume.',
    registers,
    collect() {
      this.set(droppedLines());
    },
  });
}

function watchMapping(registers: Registry[], state: () => ReloadState): void {
  new Gauge({
    name: `${prefix}mapping_info`,
    help: 'The active mapping files, by hash.',
    labelNames: ['hash'],
    registers,
    collect() {
      this.reset();
      this.set({ hash: state().hash }, 1);
    },
  });
  new Gauge({
    name: `${prefix}mapping_loaded_timestamp_seconds`,
    help: 'When the active mapping files were loaded.',
    registers,
    collect() {
      this.set(Date.parse(state().loadedAt) / 1_000);
    },
  });
  new Gauge({
    name: `${prefix}mapping_edit_refused`,
    help: '1 while the folder contains an edit with errors and an older version is active.',
    registers,
    collect() {
      this.set(state().refused === undefined ? 0 : 1);
    },
  });
}
