/**
 * `npm run demo [URL KEY]`: plays an export as Enginy does it and shows, request by request, what Enginy sends, which HubSpot calls it
 * becomes and what comes back. With an address and a key it uses a bridge that is already running (and writes to its CRM); without them it
 * starts one on the embedded CRM, and plays the export twice.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { styleText } from 'node:util';
import { startSandbox } from '../sandbox/sandbox.ts';
import { exampleSeed } from '../sandbox/seed.ts';
import { loadConfig } from '../src/config.ts';
import { createLogger } from '../src/logger.ts';
import { startBridge } from '../src/serve.ts';
import { type ExportRequest, runExport } from './export.ts';
import { type HubSpotCall, showCalls, showPlayed } from './show.ts';

const demoKey = 'key-of-the-demo-bridge';

const [url, key] = process.argv.slice(2);
if (url === undefined) await playOnSandbox();
else if (key === undefined) {
  process.stderr.write('Give the key too: npm run demo -- https://bridge.example.com the-key\n');
  process.exitCode = 1;
} else await play({ url: url.replace(/\/+$/, ''), key });

interface Target {
  readonly url: string;
  readonly key: string;
  /** The calls since it was last asked, where the CRM can be watched. */
  readonly takeCalls?: () => readonly HubSpotCall[];
}

async function playOnSandbox(): Promise<void> {
  const crm = await startSandbox();
  crm.seed(exampleSeed);
  const environment = {
    HOST: '127.0.0.1',
    PORT: '0',
    API_KEY: demoKey,
    HUBSPOT_ACCESS_TOKEN: crm.token,
    HUBSPOT_BASE_URL: crm.url,
  };
  const log = createLogger({ level: 'fatal', secretHeader: 'x-api-key' });
  const bridge = await startBridge(loadConfig(environment), log);
  const takeCalls = () => {
    const calls = crm.log;
    crm.clearLog();
    return calls;
  };
  try {
    heading('The bridge starts: it looks for its own properties and creates them');
    await untilQuiet(() => crm.log.length);
    process.stdout.write(showCalls(takeCalls()));
    heading('A first export, into a HubSpot that knows one of the companies and one of the contacts');
    await play({ url: bridge.url, key: demoKey, takeCalls });
    const before = countRecords();
    heading('The same export once more: everything is found');
    await play({ url: bridge.url, key: demoKey, takeCalls });
    const created = countRecords() - before;
    heading(
      created === 0
        ? 'The second run created nothing.'
        : `The second run created ${created} records: that is a mistake.`,
    );
    if (created !== 0) process.exitCode = 1;
  } finally {
    await bridge.close(0);
    await crm.close();
  }

  function countRecords(): number {
    const objects = ['contacts', 'companies', 'tasks', 'emails', 'communications'] as const;
    return objects.reduce((sum, object) => sum + crm.records(object).length, 0);
  }
}

async function play(target: Target): Promise<void> {
  let number = 0;
  target.takeCalls?.();
  await runExport(async (request) => {
    const start = performance.now();
    const { status, answer } = await send(target, request);
    const durationMs = performance.now() - start;
    number += 1;
    process.stdout.write(showPlayed(number, { request, status, answer, durationMs, calls: target.takeCalls?.() }));
    if (status !== request.status) throw new Error(`${request.method} ${request.path} answered ${status}`);
    return answer;
  });
}

async function send(target: Target, request: ExportRequest): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(`${target.url}${request.path}`, {
    method: request.method,
    headers: { 'x-api-key': target.key, accept: 'application/json', 'content-type': 'application/json' },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  });
  return { status: response.status, answer: await response.json() };
}

/** Waits until nothing more is counted for a moment. */
async function untilQuiet(count: () => number): Promise<void> {
  for (let before = -1; before !== count(); ) {
    before = count();
    await pause(300);
  }
}

function heading(text: string): void {
  process.stdout.write(`\n${styleText(['bold', 'magenta'], text)}\n`);
}
