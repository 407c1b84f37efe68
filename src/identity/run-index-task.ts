import type { IndexTask } from './index-messages.ts';
import type { SqliteIndex } from './sqlite-index.ts';

/** Does what a task says. @throws IndexLostError as the methods of the index do. */
export function runIndexTask(index: SqliteIndex, task: IndexTask): unknown {
  switch (task.kind) {
    case 'open':
      return index.open(task.account);
    case 'propose':
      return index.propose(task.epoch, task.digests);
    case 'write':
      return index.write(task.epoch, task.change);
    case 'read':
      return index.readState(task.epoch, task.name);
    case 'dropStale':
      return index.dropStale(task.epoch, task);
    case 'count':
      return index.count(task.epoch);
    case 'discard':
      return index.discard(task.epoch);
    case 'close':
      return index.close();
  }
}
