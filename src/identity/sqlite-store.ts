import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../logger.ts';
import { type IdentityStore, IndexLostError } from './identity-store.ts';
import type { IndexMessage, IndexReport, IndexTask, IndexThreadSettings } from './index-messages.ts';
import { runIndexTask } from './run-index-task.ts';
import { SqliteIndex, stalePartCount } from './sqlite-index.ts';

type RunTask = (task: IndexTask) => Promise<unknown>;

/** An index that ends with the process: for the embedded CRM, and for tests. */
export function createMemoryStore(): IdentityStore {
  const index = new SqliteIndex(':memory:', () => {});
  return storeOver(async (task) => runIndexTask(index, task));
}

/** An index in a file, which outlives the process. Its thread starts with the first use. */
export function createSqliteStore(file: string, log: Logger): IdentityStore {
  const thread = new IndexThread(file, log);
  return storeOver((task) => thread.run(task));
}

/** Tasks are done in the order in which they are given. */
function storeOver(run: RunTask): IdentityStore {
  let closed: Promise<void> | undefined;
  return {
    async open(account) {
      // The results have the types that the methods of SqliteIndex have.
      const epoch = (await run({ kind: 'open', account })) as string;
      return {
        propose: async (digests) => (await run({ kind: 'propose', epoch, digests })) as string[][],
        write: async (change) => void (await run({ kind: 'write', epoch, change })),
        readState: async (name) => (await run({ kind: 'read', epoch, name })) as string | undefined,
        async dropStale(of, pass) {
          // In parts: what is proposed meanwhile waits for one of them.
          for (let part = 0; part < stalePartCount; part += 1) await run({ kind: 'dropStale', epoch, of, pass, part });
        },
        count: async () => (await run({ kind: 'count', epoch })) as number,
        discard: async () => void (await run({ kind: 'discard', epoch })),
      };
    },
    close() {
      closed ??= run({ kind: 'close' }).then(() => undefined);
      return closed;
    },
  };
}

/** A thread that ended is started again by the next task. */
class IndexThread {
  readonly #settings: IndexThreadSettings;
  readonly #log: Logger;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #worker: Worker | undefined;
  #count = 0;
  #isClosed = false;

  constructor(file: string, log: Logger) {
    this.#settings = { file };
    this.#log = log;
  }

  async run(task: IndexTask): Promise<unknown> {
    if (this.#isClosed) throw new IndexLostError('the index was closed');
    this.#isClosed = task.kind === 'close';
    if (this.#isClosed && this.#worker === undefined) return undefined;
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const waiting = Promise.withResolvers<unknown>();
    this.#count += 1;
    this.#waiting.set(this.#count, waiting);
    worker.postMessage({ number: this.#count, task } satisfies IndexMessage);
    const result = await waiting.promise;
    if (task.kind === 'close') {
      this.#worker = undefined;
      await worker.terminate();
    }
    return result;
  }

  #start(): Worker {
    // Source runs as .ts, the built program as .js; the compiler does not rewrite this URL.
    const file = new URL(`./index-worker${extname(import.meta.url)}`, import.meta.url);
    const resourceLimits = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 64 };
    const worker = new Worker(file, { workerData: this.#settings, name: 'identity index', resourceLimits });
    worker.unref();
    worker.on('message', (report: IndexReport) => this.#receive(report));
    worker.on('error', (error) => {
      this.#log.error({ err: error }, 'the thread of the identity index failed');
      this.#fail(worker);
    });
    worker.on('exit', () => this.#fail(worker));
    return worker;
  }

  #receive(report: IndexReport): void {
    if (report.kind === 'damaged') {
      this.#log.warn({ file: this.#settings.file }, 'the identity index was damaged: it is deleted and rebuilt');
      return;
    }
    const waiting = this.#waiting.get(report.number);
    this.#waiting.delete(report.number);
    if (report.kind === 'done') waiting?.resolve(report.result);
    else waiting?.reject(new IndexLostError(report.reason));
  }

  #fail(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new IndexLostError('the thread of the index ended'));
  }
}
