import { rest } from './measure.ts';
import { newLeads } from './people.ts';
import { formatTable } from './table.ts';
import { rounded, startBridge, startCrm } from './world.ts';

/** How long a user who creates a task waits while a large create keeps the CRM busy. */
export async function measureTasks() {
  const sandbox = await startCrm(1, { isLimited: true });
  const bridge = await startBridge(sandbox);
  const contactId = sandbox.records('contacts')[0]?.id;
  const task = (n: number) => bridge.send('POST', '/tasks', { subject: `Task ${n}`, type: 'call', contactId });
  try {
    await task(0);
    await rest();
    const creating = bridge.send('POST', '/contacts', { contacts: newLeads(10_000, 'busy') });
    let isCreating = true;
    void creating.finally(() => {
      isCreating = false;
    });
    const times: number[] = [];
    while (isCreating) {
      const { status, ms } = await task(times.length + 1);
      if (status !== 201) throw new Error(`a task was answered with ${status}`);
      times.push(ms);
    }
    const created = (await creating).body.results.length;
    times.sort((a, b) => a - b);
    const figures = {
      created,
      tasks: times.length,
      p50Ms: rounded(times[Math.floor(times.length / 2)]),
      p99Ms: rounded(times[Math.min(times.length - 1, Math.floor(times.length * 0.99))]),
      targetP99Ms: 1_000,
    };
    process.stdout.write(
      `\n${formatTable([
        [`POST /tasks while ${created} contacts are created`, 'ms'],
        [`p50 of ${figures.tasks}`, figures.p50Ms],
        ['p99', figures.p99Ms],
      ])}\n`,
    );
    return figures;
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}
