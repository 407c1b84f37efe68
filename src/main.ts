import { enableOwnCompileCache } from './process/compile-cache.ts';
import { limitHeapGrowth } from './process/heap-growth.ts';
import { leaveHeapsToThreads } from './process/thread-heaps.ts';

leaveHeapsToThreads();
limitHeapGrowth();
enableOwnCompileCache();
const { runBridge } = await import('./run.ts');

await runBridge();
