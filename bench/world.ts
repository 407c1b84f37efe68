import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts';
import { type BridgeProcess, type Program, startBridgeProcess } from './bridge-process.ts';
import { seedContacts } from './people.ts';

/** HubSpot's limits of a Starter account, and how long its answers take. */
export const limits = { burst: 100, search: 5 };
export const latency = { minMs: 80, maxMs: 250 };

/** An embedded CRM with this many contacts: as slow and as limited as HubSpot, or neither. */
export async function startCrm(contacts: number, options: { isLimited: boolean }): Promise<Sandbox> {
  const sandbox = await startSandbox({
    logSize: 0,
    ...(options.isLimited ? { limits, latency } : { limits: false as const }),
  });
  sandbox.seed({ contacts: seedContacts(contacts) });
  return sandbox;
}

export function startBridge(
  sandbox: Sandbox,
  environment: Record<string, string> = {},
  program: Program = 'source',
): Promise<BridgeProcess> {
  return startBridgeProcess(
    {
      HUBSPOT_ACCESS_TOKEN: sandbox.token,
      HUBSPOT_BASE_URL: sandbox.url,
      REQUEST_TIMEOUT_MS: '3600000',
      ...environment,
    },
    program,
  );
}

/** Settings of a bridge that its CRM does not limit. */
export const unlimited = { HUBSPOT_RATE_LIMIT: '10000', HUBSPOT_SEARCH_RATE_LIMIT: '1000' };

export function rounded(ms: number | undefined): number {
  return Math.round((ms ?? Number.NaN) * 100) / 100;
}
