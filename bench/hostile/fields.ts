import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Operation, operations } from '../../src/contract/operations.ts';
import { loadMappings } from '../../src/mapping/load/load-mappings.ts';
import type { BridgeProcess } from '../bridge-process.ts';
import { formatTable } from '../table.ts';
import { rounded, startBridge, startCrm, unlimited } from '../world.ts';

const length = 200_000;
const units: Readonly<Record<string, string>> = {
  blanks: ' ',
  marks: '\u0323\u0301',
  digits: '1',
  '<': '<',
  '@': '@',
  '=': '=',
};

interface FieldCost {
  readonly field: string;
  readonly unit: string;
  readonly status: number;
  /** Processor time of the bridge's own thread, the lower of two attempts. */
  readonly ms: number;
}

/** What a request costs of which one field has 200 kB of one sign, for every text field of every operation. */
export async function costOfFields(
  maxMs: number,
): Promise<{ worst: readonly FieldCost[]; tooSlow: readonly FieldCost[] }> {
  const sandbox = await startCrm(10, { isLimited: false });
  const bridge = await startBridge(sandbox, { ...unlimited, REQUEST_TIMEOUT_MS: '55000' });
  const costs: FieldCost[] = [];
  try {
    for (const operation of operations.filter(({ body }) => body !== undefined)) {
      for (const name of fieldsOf(operation)) {
        for (const [unit, text] of Object.entries(units)) {
          const body = bodyWith(operation, name, text.repeat(length / text.length));
          const attempts = [await costOf(bridge, operation, body), await costOf(bridge, operation, body)];
          const least = attempts.reduce((best, attempt) => (attempt.ms < best.ms ? attempt : best));
          costs.push({ field: `${operation.method.toUpperCase()} ${operation.path} ${name}`, unit, ...least });
        }
      }
      process.stdout.write('.');
    }
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
  costs.sort((a, b) => b.ms - a.ms);
  const tooSlow = costs.filter(({ ms }) => ms > maxMs);
  const worst = costs.slice(0, 15);
  process.stdout.write(
    `\n${formatTable([
      [`200 kB in one field, worst of ${costs.length}`, 'of', 'status', 'ms', `≤ ${maxMs} ms`],
      ...worst.map(({ field, unit, status, ms }) => [field, unit, status, ms, ms <= maxMs ? '✓' : '✕']),
    ])}\n`,
  );
  return { worst, tooSlow };
}

const mappings = loadMappings(new URL('../../mappings/hubspot', import.meta.url).pathname);

function fieldsOf({ path, body }: Operation): readonly string[] {
  const kind = path.split('/')[1] ?? '';
  if (path.endsWith('/batch')) return ['ids'];
  const mapped = kind === 'contacts' || kind === 'companies' ? mappings[kind]?.write.fields : undefined;
  if (mapped !== undefined)
    return [...new Set([...mapped.flatMap(({ enginy }) => enginy ?? []), 'externalId', 'crmId', 'odd'])];
  if (kind === 'associations') return ['contactCRMId', 'companyCRMId'];
  return [...(body instanceof z.ZodObject ? Object.keys(body.shape) : []), 'odd'];
}

function bodyWith({ path, method }: Operation, name: string, text: string): object {
  const kind = path.split('/')[1] ?? '';
  if (path.endsWith('/batch')) return { ids: [text], completed: true };
  if (kind === 'contacts' || kind === 'companies') {
    return { [kind]: [{ [method === 'put' ? 'crmId' : 'externalId']: 'e-1', [name]: text }] };
  }
  if (kind === 'associations') return { associations: [{ contactCRMId: '1', companyCRMId: '2', [name]: text }] };
  return kind === 'activities' ? { type: 'EMAIL', [name]: text } : { subject: 'Call', [name]: text };
}

async function costOf(bridge: BridgeProcess, { method, path }: Operation, body: object) {
  const before = threadMs(bridge.pid);
  const { status } = await bridge.send(method.toUpperCase(), path.replace('{id}', '1'), body);
  return { status, ms: rounded(threadMs(bridge.pid) - before) };
}

/** Processor time of a process's first thread, in milliseconds; 0 where the system does not report it. */
function threadMs(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    // Only Linux has /proc.
    return 0;
  }
}
