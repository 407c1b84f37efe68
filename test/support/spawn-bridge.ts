import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** A bridge in a process of its own, which can be killed; without a journal unless the test asks for one. */
export async function spawnBridge(crm: { url: string; token: string }, environment: Record<string, string>) {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: new URL('../..', import.meta.url).pathname,
    env: {
      PORT: '0',
      HOST: '127.0.0.1',
      CAPTURE: 'off',
      JOURNAL: 'off',
      LOG_FORMAT: 'json',
      API_KEY: 'good-key-for-tests',
      HUBSPOT_ACCESS_TOKEN: crm.token,
      HUBSPOT_BASE_URL: crm.url,
      HUBSPOT_RATE_LIMIT: '10000',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { url: listening } = JSON.parse(line) as { url?: string };
      if (listening !== undefined) resolve(listening);
    });
    child.once('exit', (code) => reject(new Error(`the bridge ended with ${code}`)));
  });
  return {
    url,
    kill: () => child.kill('SIGKILL'),
    stop: () => child.kill('SIGSTOP'),
    continue: () => child.kill('SIGCONT'),
  };
}
