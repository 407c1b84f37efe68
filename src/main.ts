import { enableOwnCompileCache } from './process/compile-cache.ts';
import { leaveHeapsToThreads } from './process/thread-heaps.ts';

leaveHeapsToThreads();
enableOwnCompileCache();
const { runBridge } = await import('./run.ts');

await runBridge();
