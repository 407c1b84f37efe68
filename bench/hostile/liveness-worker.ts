import { Agent, get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

/** Asks /livez again and again; on any message, reports the longest answer in milliseconds. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const { url } = workerData as { readonly url: string }; // given by hostile.ts
let longest = 0;
let isStopping = false;
parentPort?.on('message', () => {
  isStopping = true;
});

await ask();
parentPort?.postMessage('started');
longest = 0;
while (!isStopping) {
  longest = Math.max(longest, await ask());
  await new Promise((resolve) => setTimeout(resolve, 10));
}
parentPort?.postMessage(longest);

async function ask(): Promise<number> {
  const startedAt = performance.now();
  await new Promise<void>((resolve) => {
    const call = get(`${url}/livez`, { agent }, (response) => {
      response.resume();
      response.once('end', resolve);
    });
    // A process that died answers nothing any more; its request has failed too.
    call.once('error', () => setTimeout(resolve, 100));
  });
  return performance.now() - startedAt;
}
