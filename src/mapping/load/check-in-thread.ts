import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Locale } from '../values/locale.ts';
import type { CheckedMappings } from './load-mappings.ts';
import { deepFreeze } from './load-mappings.ts';

/** What a thread is to check. */
export interface CheckRequest {
  readonly dir: string;
  readonly locale: Locale;
}

/** The result of a check, without the positions of its findings. */
export type ThreadCheck = Omit<CheckedMappings, 'documents'>;

/** A file that takes longer was probably written for that purpose. */
const maxCheckMs = 60_000;

/**
 * Checks a folder in a thread of its own: parsing a long file takes seconds, in which nothing would be served. Never rejects: a
 * check that fails is a finding, so that the last valid version stays active.
 */
export function checkInThread(request: CheckRequest): Promise<ThreadCheck> {
  // Source runs as .ts, the built program as .js; the compiler does not rewrite this URL.
  const file = new URL(`./mapping-worker${extname(import.meta.url)}`, import.meta.url);
  return new Promise((resolve) => {
    const failed = (reason: string): ThreadCheck => {
      const message = `the files could not be checked (${reason})`;
      const place = { file: request.dir, line: 1, column: 1 };
      return { diagnostics: [{ ...place, severity: 'error', kind: 'missing-file', message }], isIncomplete: true };
    };
    const worker = new Worker(file, {
      workerData: request,
      name: 'mappings',
      resourceLimits: { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 512 },
    });
    const timer = setTimeout(() => end(failed(`it took more than ${maxCheckMs / 1_000} s`)), maxCheckMs).unref();
    function end(checked: ThreadCheck): void {
      clearTimeout(timer);
      resolve(checked);
      void worker.terminate();
    }
    worker.unref();
    worker.once('message', ({ mappings, ...checked }: ThreadCheck) =>
      end({ ...checked, ...(mappings !== undefined && { mappings: deepFreeze(mappings) }) }),
    );
    worker.once('error', (error) => end(failed(error.message)));
    worker.once('exit', () => end(failed('its thread ended')));
  });
}
