import { afterEach, expect, test, vi } from 'vitest';
import { ThreadCallError } from '../../src/console/archive/call-thread.ts';
import type { ConsoleSources } from '../../src/console/console-sources.ts';
import type { ProblemList } from '../../src/console/problems/read-problems.ts';
import { openProblems } from '../../src/console/screens/open-problems.ts';

const list: ProblemList = { isJournalOn: true, causes: [], more: 0, since: 0, now: 0 };

afterEach(() => vi.useRealTimers());

test('problems that were counted long ago are not shown while they are counted', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const answers: Promise<ProblemList>[] = [Promise.resolve(list), new Promise(() => {})];
  const read = openProblems({
    threads: { archive: { ask: () => answers.shift() } },
    marks: { changes: 0, read: async () => () => undefined },
    journal: {},
  } as unknown as ConsoleSources);
  const first = String(await read());
  vi.advanceTimersByTime(60_000);
  const soon = String(await read());
  vi.advanceTimersByTime(3_600_000);
  const later = String(await read());

  expect(first).toMatch(/None in the last 24 hours<\/span>, as of <time [^>]*>\w{3} \d+ [\d:]{8}<\/time> UTC/);
  expect(soon).toBe(first);
  expect(later).toContain('They are being counted');
});

test('why problems cannot be counted is shown after a problem was marked, too', async () => {
  const read = openProblems({
    threads: { archive: { ask: () => Promise.reject(new ThreadCallError('The journal is damaged')) } },
    marks: { changes: 7, read: async () => () => undefined },
    journal: {},
  } as unknown as ConsoleSources);

  expect(String(await read())).toContain('The journal is damaged');
});
