import { setFlagsFromString } from 'node:v8';

/**
 * Lets each thread have the heap that it is started with. `--max-semi-space-size` on the command line is meant for the main thread, whose
 * heap exists by now; V8 would prefer it to the `resourceLimits` of every thread that starts later. Call it before any code is loaded
 * from the compile cache, which is valid for one set of flags only.
 */
export function leaveHeapsToThreads(): void {
  setFlagsFromString('--max-semi-space-size=0');
}
