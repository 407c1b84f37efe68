import { randomBytes } from 'node:crypto';
import type { Logger } from '../../logger.ts';
import { ThreadCallError } from '../archive/call-thread.ts';

/** Work on many captures, one after the other. */
export interface Job<Result> {
  readonly id: string;
  readonly total: number;
  readonly results: readonly Done<Result>[];
  /** True when nothing is left to do. */
  readonly isDone: boolean;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export type Done<Result> =
  | { readonly name: string; readonly result: Result }
  /** Why this capture could not be used. */
  | { readonly name: string; readonly problem: string };

/** Finished jobs that are kept, so that their pages can be looked at. */
const maxJobs = 10;

export interface Jobs<Result> {
  /** Starts at once; jobs share one thread and take turns, capture by capture. */
  start(names: readonly string[], run: (name: string) => Promise<Result>): Job<Result>;
  find(id: string): Job<Result> | undefined;
  /** Lets no further capture start. */
  close(): void;
}

interface MutableJob<Result> extends Job<Result> {
  results: Done<Result>[];
  isDone: boolean;
}

/** @throws ThreadCallError by `start` when too many jobs are running. */
export function createJobs<Result>(log: Logger): Jobs<Result> {
  const jobs = new Map<string, MutableJob<Result>>();
  let isClosed = false;

  async function work(job: MutableJob<Result>, names: readonly string[], run: (name: string) => Promise<Result>) {
    for (const name of names) {
      if (isClosed || !jobs.has(job.id)) return;
      try {
        job.results.push({ name, result: await run(name) });
      } catch (error) {
        if (!(error instanceof ThreadCallError)) log.warn({ err: error }, 'a capture could not be replayed');
        job.results.push({ name, problem: error instanceof ThreadCallError ? error.message : 'it failed' });
      }
    }
  }

  return {
    start(names, run) {
      const running = [...jobs.values()].filter(({ isDone }) => !isDone);
      if (running.length >= maxRunning)
        throw new ThreadCallError('Other replays are running: wait until one has ended');
      const id = randomBytes(8).toString('hex');
      const job: MutableJob<Result> = { id, total: names.length, results: [], isDone: false, startedAt: Date.now() };
      jobs.set(id, job);
      for (const [old, { isDone }] of jobs) {
        if (jobs.size > maxJobs && isDone) jobs.delete(old);
      }
      work(job, names, run)
        .catch((error: unknown) => log.error({ err: error }, 'replays failed'))
        .finally(() => {
          job.isDone = true;
        });
      return job;
    },
    find: (id) => jobs.get(id),
    close() {
      isClosed = true;
    },
  };
}

const maxRunning = 3;
