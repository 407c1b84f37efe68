import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requiredFolder } from './required-folder.ts';

/** A recorded call of HubSpot and its answer. */
export interface RecordedExchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly response: Readonly<Record<string, unknown>>;
  /** The body as text, where it is not JSON. */
  readonly responseText?: string;
}

/**
 * @returns the exchanges of every recording in HUBSPOT_RECORDINGS_DIR, by file name without `.json`.
 * @throws if the folder is missing or holds no exchange.
 */
export function recordedExchanges(): ReadonlyMap<string, readonly RecordedExchange[]> {
  const folder = requiredFolder('HUBSPOT_RECORDINGS_DIR', 'recorded HubSpot exchanges');
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const recordings = new Map(
    files.map((file) => {
      const { exchanges } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { exchanges?: RecordedExchange[] };
      return [file.slice(0, -'.json'.length), exchanges ?? []];
    }),
  );
  if (![...recordings.values()].some((exchanges) => exchanges.length > 0))
    throw new Error(`HUBSPOT_RECORDINGS_DIR holds no recorded exchange: ${folder}`);
  return recordings;
}
