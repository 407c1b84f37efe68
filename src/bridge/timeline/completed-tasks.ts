import { LRUCache } from 'lru-cache';
import type { TaskAnswer } from '../../contract/tasks.ts';

/**
 * Completed tasks as they were last read, for a minute. Enginy reads its tasks again and again, and most of them are done and do
 * not change. A task that is reopened or deleted in the CRM is reported up to a minute late; a change through the bridge at once.
 */
export interface CompletedTasks {
  /** @param version of the mapping file: another one may return other fields. */
  get(version: string, id: string): TaskAnswer | undefined;
  /** Keeps a task that was completed at least a minute ago; what was just completed may be reopened at once. */
  remember(version: string, task: TaskAnswer): void;
  /** Called with what was changed. A read that started before the change and ends after it is not remembered either. */
  forget(ids: readonly string[]): void;
}

interface Entry {
  readonly at: number;
  /** Absent: the task was changed then. */
  readonly known?: { readonly version: string; readonly task: TaskAnswer };
}

const ttlMs = 60_000;
const max = 10_000;

/** @param clock the wall clock, in milliseconds since 1970. */
export function createCompletedTasks(clock: () => number): CompletedTasks {
  const entries = new LRUCache<string, Entry>({ maxSize: max, sizeCalculation: () => 1 });
  const currentEntry = (id: string) => {
    const entry = entries.get(id);
    return entry !== undefined && clock() - entry.at < ttlMs ? entry : undefined;
  };
  return {
    get(version, id) {
      const known = currentEntry(id)?.known;
      return known?.version === version ? known.task : undefined;
    },
    remember(version, task) {
      const { id, completed, completedAt } = task;
      // A date that cannot be read is NaN, and proves nothing.
      const isSettled = completed && completedAt !== null && clock() - Date.parse(completedAt) >= ttlMs;
      const entry = currentEntry(id);
      const wasChanged = entry !== undefined && entry.known === undefined;
      if (isSettled && !wasChanged) entries.set(id, { at: clock(), known: { version, task } });
    },
    forget(ids) {
      for (const id of ids) entries.set(id, { at: clock() });
    },
  };
}
