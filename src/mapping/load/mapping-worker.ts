// The thread that checks mapping files, so that checking never blocks serving.
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckRequest } from './check-in-thread.ts';
import { checkMappings } from './load-mappings.ts';

const { dir, locale } = workerData as CheckRequest; // check-in-thread.ts starts this thread
// Positions cannot be passed between threads, and nothing asks for them there.
const { documents: _documents, ...checked } = checkMappings(dir, locale);
parentPort?.postMessage(checked);
