import { measureBuild } from './index-build.ts';
import { compareMatching } from './index-matching.ts';

/** Matching with the identity index and without, and what building it costs. About twelve minutes of two idle cores. */
export async function run(): Promise<object> {
  return { build: await measureBuild(1_000_000), matching: await compareMatching(10_000) };
}

/** The same with a tenth of the contacts, and a fiftieth of the portal. */
export async function runShort(): Promise<object> {
  return { build: await measureBuild(20_000), matching: await compareMatching(1_000) };
}
