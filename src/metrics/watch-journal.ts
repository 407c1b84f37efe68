import { Counter, type Registry } from 'prom-client';

/** How many entries were written and dropped. */
export function watchJournal(
  registers: Registry[],
  counts: { readonly written: number; readonly dropped: number },
): void {
  const entries = new Counter({
    name: 'enginy_bridge_journal_entries_total',
    help: 'Entries of the journal by result; dropped: the disk was full, slow or not writable.',
    labelNames: ['result'],
    registers,
    collect() {
      this.reset();
      for (const result of ['written', 'dropped'] as const) this.inc({ result }, counts[result]);
    },
  });
  entries.reset();
}
