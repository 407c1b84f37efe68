import { enableOwnCompileCache } from '../process/compile-cache.ts';

enableOwnCompileCache();
const [{ processIo }, { runCommandLine }] = await Promise.all([
  import('./process-io.ts'),
  import('./run-command-line.ts'),
]);

await runCommandLine(process.argv.slice(2), processIo());
