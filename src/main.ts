import { runBridge } from './run.ts';

await runBridge();
