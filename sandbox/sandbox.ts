import type { AddressInfo } from 'node:net';
import type { Fault } from './faults.ts';
import { createSandboxServer } from './http/server.ts';
import type { LimitName } from './limits.ts';
import type { ObjectName } from './object-types.ts';
import { resolveOptions, type SandboxOptions } from './options.ts';
import { mergeRecords } from './records/merge.ts';
import type { RecordStore, StoredRecord } from './records/record-store.ts';
import { archiveRecord, restoreRecord } from './records/single-record.ts';
import type { Counters, LogEntry } from './call-log.ts';
import { type SeedData, seedPortal } from './seed-data.ts';
import type { Switches } from './switches.ts';
import { World } from './world.ts';

export type { SandboxOptions } from './options.ts';
export type { SeedData } from './seed-data.ts';

/** A record as stored, which may be newer than what search returns. */
export interface SandboxRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A running sandbox. Everything below can also be done over HTTP, under `/__sandbox`. */
export interface Sandbox {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** The latest requests, oldest first. */
  readonly log: readonly LogEntry[];
  readonly counters: Counters;
  readonly faults: { add(fault: Fault): void; clear(): void; readonly pending: readonly Fault[] };
  /** Forgets the log and the counters. */
  clearLog(): void;
  /** Moves the clock: index lag, rate windows, the day. */
  advance(ms: number): void;
  readonly now: number;
  setSwitches(switches: Partial<Switches>): void;
  /** Adds records; returns their ids in the order given. */
  seed(data: SeedData): Record<ObjectName, string[]>;
  /** Live records by id, with the values they have. */
  records(object: ObjectName): SandboxRecord[];
  /** Some live records, by id: those after an id. Does not count as a call. */
  page(object: ObjectName, after: string, size: number): SandboxRecord[];
  /** One live record, or the one that it was merged into. */
  record(object: ObjectName, id: string): SandboxRecord | undefined;
  /** Ids linked to a record. */
  linked(from: ObjectName, fromId: string, to: ObjectName): string[];
  /** Merges one record into another as a user would in HubSpot; returns the survivor's id. */
  merge(object: ObjectName, primaryId: string, otherId: string): string;
  archive(object: ObjectName, id: string): void;
  /** Takes a record out of the recycle bin again, as a user would in HubSpot. */
  restore(object: ObjectName, id: string): void;
  /** Uses up part of a limit, as other apps of the account do. */
  spend(lane: LimitName, calls: number): void;
  /** An empty portal, fresh limits, no faults, no log. */
  reset(): void;
  close(): Promise<void>;
}

/** Starts a sandbox; it is empty until seeded. Rejects when the port is taken, throws a RangeError for an unknown switch. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const world = new World(resolveOptions(options));
  const server = createSandboxServer(world);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(world.options.port, world.options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${world.options.host.includes(':') ? `[${world.options.host}]` : world.options.host}:${port}`,
    port,
    token: world.options.token,
    faults: world.faults,
    get log() {
      return world.log.entries;
    },
    get counters() {
      return world.log.counters;
    },
    get now() {
      return world.clock.now();
    },
    clearLog: () => world.log.clear(),
    advance: (ms) => world.clock.advance(ms),
    setSwitches: (switches) => world.setSwitches(switches),
    seed: (data) => seedPortal(world.portal, data),
    records: (name) => pageOf(world, name),
    page: (name, after, size) => pageOf(world, name, { after: Number(after), size }),
    record: (name, id) => recordOf(world, name, id),
    linked: (from, fromId, to) =>
      [...world.portal.associations.linked({ type: from, id: Number(fromId) }, to).keys()].map(String),
    merge(name, primaryId, otherId) {
      const object = world.portal.object(name);
      return String(mergeRecords(object, liveRecord(world, name, primaryId), liveRecord(world, name, otherId)).id);
    },
    archive: (name, id) => archiveRecord(world.portal.object(name), liveRecord(world, name, id)),
    restore: (name, id) => restoreRecord(world.portal.object(name), id),
    spend: (lane, calls) => world.limiter?.spend(lane, calls, world.clock.now()),
    reset: () => world.reset(),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        // Hanging responses would keep the server open.
        server.closeAllConnections();
      }),
  };
}

function liveRecord(world: World, name: ObjectName, id: string) {
  const record = world.portal.object(name).records.find(Number(id));
  if (!record) throw new RangeError(`there is no record ${id} among the ${name}`);
  return record;
}

const allRecords = { after: 0, size: Number.POSITIVE_INFINITY };

function pageOf(world: World, name: ObjectName, { after, size } = allRecords): SandboxRecord[] {
  const { records } = world.portal.object(name);
  return records.page(after, size, 'live').map((record) => toSandboxRecord(records, record));
}

function recordOf(world: World, name: ObjectName, id: string): SandboxRecord | undefined {
  const { records } = world.portal.object(name);
  const record = records.find(Number(id));
  return record && toSandboxRecord(records, record);
}

function toSandboxRecord(records: RecordStore, { id, createdAt, version }: StoredRecord): SandboxRecord {
  return {
    id: String(id),
    properties: Object.fromEntries(
      records.storedNames(version).map((property) => [property, records.stored(version, property) ?? '']),
    ),
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(version.updatedAt).toISOString(),
  };
}
