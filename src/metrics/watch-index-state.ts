import { Counter, Gauge, type Registry } from 'prom-client';
import type { IndexState } from '../bridge/identity-index.ts';

const prefix = 'enginy_bridge_index_';

/** What the identity index knows, and how it answers. */
export function watchIndexState(registers: Registry[], state: () => readonly IndexState[]): void {
  const gauge = (name: string, help: string, read: (index: IndexState) => number | undefined) => {
    new Gauge({
      name: `${prefix}${name}`,
      help,
      labelNames: ['object'],
      registers,
      collect() {
        for (const index of state()) this.set({ object: index.objectType }, read(index) ?? Number.NaN);
      },
    });
  };
  gauge('rules', 'Match rules of the mapping file.', ({ rules }) => rules.all);
  gauge('complete_rules', 'Match rules that the identity index answers.', ({ rules }) => rules.complete);
  gauge('swept_seconds_ago', 'Age of the last sweep of modified records by this process.', ({ sweptAgoMs }) =>
    sweptAgoMs === undefined ? undefined : sweptAgoMs / 1_000,
  );
  gauge('records', 'Records of the last complete listing.', ({ records }) => records);
  gauge('listed_records', 'Records read so far by the listing under way.', ({ listing }) => listing?.records ?? 0);
  watchCounts(registers, state);
}

function watchCounts(registers: Registry[], state: () => readonly IndexState[]): void {
  new Counter({
    name: `${prefix}drift_total`,
    help: 'Keys that sweeps had missed, as full passes found them.',
    labelNames: ['object'],
    registers,
    collect() {
      this.reset();
      for (const { objectType: object, drift } of state()) this.inc({ object }, drift);
    },
  });
  new Counter({
    name: `${prefix}keys_total`,
    help: 'Match keys by how they were answered: index, or search where the index is not complete or not fresh.',
    labelNames: ['object', 'by'],
    registers,
    collect() {
      this.reset();
      for (const { objectType: object, answered, searched } of state()) {
        this.inc({ object, by: 'index' }, answered);
        this.inc({ object, by: 'search' }, searched);
      }
    },
  });
}
