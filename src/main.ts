import { enableCompileCache } from 'node:module';

// Node keeps what it makes of the source, so that the next start is faster and needs less memory.
enableCompileCache();
const { runBridge } = await import('./run.ts');

await runBridge();
