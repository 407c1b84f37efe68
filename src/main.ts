import { enableOwnCompileCache } from './process/compile-cache.ts';

enableOwnCompileCache();
const { runBridge } = await import('./run.ts');

await runBridge();
