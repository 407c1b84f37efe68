/**
 * `node scripts/record-regressions.ts [name…]`: plays the stories of scripts/regression-stories.ts against the embedded CRM and writes
 * the capture of each story's last request to test/regressions. All people in the stories are fictitious.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../sandbox/sandbox.ts';
import { findCaptures } from '../src/capture/inspect/find-captures.ts';
import { runRegression, saveRegression } from '../src/capture/replay/regression.ts';
import { loadConfig } from '../src/config.ts';
import { createLogger } from '../src/logger.ts';
import { startBridge } from '../src/serve.ts';
import { type Send, type Story, stories } from './regression-stories.ts';

const target = new URL('../test/regressions', import.meta.url).pathname;
const apiKey = 'recording-regressions';

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(stories, name));
if (unknown.length > 0) {
  process.stderr.write(`No story is called ${unknown.join(', ')}; there are ${Object.keys(stories).join(', ')}\n`);
  process.exit(2);
}

for (const [name, story] of Object.entries(stories)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const capture = await record(story);
  const file = saveRegression(target, name, { story: story.about, capture, expected: [] });
  const { unexpected } = await runRegression({ story: story.about, capture, expected: [] });
  process.stdout.write(
    `${file}  ${capture.answer?.status ?? 'none'}  ${unexpected.length === 0 ? 'same' : 'DIFFERS'}\n`,
  );
  for (const line of unexpected) process.stdout.write(`  ${line}\n`);
  if (unexpected.length > 0) process.exitCode = 1;
}

async function record(story: Story) {
  const folder = mkdtempSync(join(tmpdir(), 'recording-'));
  const crm = await startSandbox({ indexLagMs: 0, ...story.crm });
  const config = loadConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    API_KEY: apiKey,
    HUBSPOT_ACCESS_TOKEN: crm.token,
    HUBSPOT_BASE_URL: crm.url,
    HUBSPOT_TIMEOUT_MS: '300',
    CAPTURE: 'all',
    CAPTURE_DIR: folder,
    CAPTURE_PERSONAL_DATA: 'keep',
    LOG_LEVEL: 'silent',
    ...story.environment,
  });
  const bridge = await startBridge(config, createLogger({ level: 'silent', secretHeader: config.auth.header }), {
    checksAtStart: false,
  });
  const send: Send = async (method, path, body) => {
    const response = await fetch(`${bridge.url}${path}`, {
      method,
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return JSON.parse(await response.text());
  };
  try {
    await story.play(send, crm);
  } finally {
    await bridge.close(5_000);
    await crm.close();
  }
  const last = findCaptures(folder).found.at(-1)?.capture;
  rmSync(folder, { recursive: true });
  if (last === undefined) throw new Error(`the story "${story.about}" left no capture`);
  return last;
}
