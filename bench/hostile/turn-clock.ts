/**
 * Preloaded into a bridge: measures the longest turn of its event loop in processor time, which other programs of the machine do not
 * lengthen. On SIGUSR2 it writes the figure (milliseconds) to the file TURN_CLOCK_FILE, and starts again.
 */
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const intervalMs = 2;
// biome-ignore lint/style/noProcessEnv: the program that it is loaded into reads its own settings elsewhere
const file = process.env.TURN_CLOCK_FILE;

if (isMainThread && file !== undefined) {
  let longest = 0;
  let before = process.threadCpuUsage();
  const tick = () => {
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, (user + system) / 1_000);
    before = process.threadCpuUsage();
    setTimeout(tick, intervalMs).unref();
  };
  setTimeout(tick, intervalMs).unref();
  process.on('SIGUSR2', () => {
    writeFileSync(file, String(Math.round(longest)));
    longest = 0;
  });
}
