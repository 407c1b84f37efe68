import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxOptions } from '../../sandbox/sandbox.ts';
import { parseCapture } from '../../src/capture/capture-file.ts';
import type { Capture } from '../../src/capture/capture-schema.ts';
import { type Replay, replayCapture } from '../../src/capture/replay/replay-capture.ts';
import { loadMappings } from '../../src/mapping/load/load-mappings.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export const shippedMappings = loadMappings(new URL('../../mappings/hubspot', import.meta.url).pathname);

/** The bridge on an embedded CRM of its own, every request captured into a folder of its own. */
export async function startCapturing(options: { crm?: SandboxOptions; environment?: Record<string, string> } = {}) {
  const folder = temporaryFolder();
  const crm = await startCrm(options.crm);
  const bridge = await startBridgeOn(crm, { CAPTURE: 'all', CAPTURE_DIR: folder, ...options.environment });
  return {
    crm,
    folder,
    send: bridge.send,
    url: bridge.url,
    log: bridge.log,
    /** Stops the bridge and gives the files that it wrote, oldest first. */
    async stop(): Promise<{ name: string; text: string; capture: Capture }[]> {
      await bridge.close(60_000);
      return readFolder(folder);
    },
  };
}

export function readFolder(folder: string): { name: string; text: string; capture: Capture }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return { name, text, capture: parseCapture(JSON.parse(text), name) };
    });
}

export function replay(capture: Capture, mappings = shippedMappings): Promise<Replay> {
  return replayCapture(capture, mappings);
}
