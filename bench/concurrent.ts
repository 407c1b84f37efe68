import { type Kind, knownLeads, leads } from './people.ts';
import { formatTable } from './table.ts';
import { rounded, startBridge, startCrm } from './world.ts';

const size = 100;
const atATime = 10;

/** Calls of many requests of a hundred contacts, ten at a time, beside those of one request of all. About twenty-two minutes. */
export function run(): Promise<object> {
  return compare(10_000);
}

/** The same with a tenth of the contacts. About three minutes. */
export function runShort(): Promise<object> {
  return compare(1_000);
}

async function compare(count: number): Promise<object> {
  const rows = [];
  for (const kind of ['email', 'mixed', 'LinkedIn', 'unknown LinkedIn'] as const) {
    const alone = await callsOf(kind, { count, requestSize: count });
    const together = await callsOf(kind, { count, requestSize: size });
    const row = { kind, alone, together, ratio: rounded(together.calls / alone.calls) };
    process.stderr.write(`${JSON.stringify(row)}\n`);
    rows.push(row);
  }
  process.stdout.write(
    `${formatTable([
      [`sync of ${count} contacts, cold`, 'calls at once', 's', '429s', 'calls by hundreds', 's', '429s', 'ratio'],
      ...rows.map(({ kind, alone, together, ratio }) => [
        kind,
        alone.calls,
        alone.seconds,
        alone.rateLimited,
        together.calls,
        together.seconds,
        together.rateLimited,
        ratio,
      ]),
    ])}\n`,
  );
  return { rows, targetRatio: 1.1 };
}

interface Calls {
  readonly calls: number;
  readonly seconds: number;
  readonly rateLimited: number;
}

async function callsOf(kind: Kind, { count, requestSize }: { count: number; requestSize: number }): Promise<Calls> {
  const sandbox = await startCrm(count, { isLimited: true });
  const bridge = await startBridge(sandbox);
  const contacts = leads(kind, count);
  const parts = Array.from({ length: count / requestSize }, (_unused, n) =>
    contacts.slice(n * requestSize, (n + 1) * requestSize),
  );
  const startedAt = performance.now();
  let matched = 0;
  const worker = async () => {
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const { status, body } = await bridge.send('POST', '/contacts/sync', { contacts: part });
      if (status !== 200) throw new Error(`sync by ${kind}: ${status}`);
      matched += body.results.length;
    }
  };
  try {
    await Promise.all(Array.from({ length: atATime }, worker));
    const expected = knownLeads(kind, count);
    if (matched !== expected) throw new Error(`sync by ${kind}: ${matched} of ${expected} matched`);
    const { calls, rateLimited } = sandbox.counters;
    return { calls, rateLimited, seconds: Math.round((performance.now() - startedAt) / 1000) };
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}
