import { enableOwnCompileCache } from './compile-cache.ts';

enableOwnCompileCache();
const { runBridge } = await import('./run.ts');

await runBridge();
