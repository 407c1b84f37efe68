import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/crm/clock.ts';
import { startIdentityIndex } from '../../src/identity/start-identity-index.ts';
import type { IdentityStore, OpenIndex } from '../../src/identity/identity-store.ts';
import { createMemoryStore } from '../../src/identity/sqlite-store.ts';
import type { Mapping } from '../../src/mapping/schema/record-mapping.ts';
import { logSink } from '../support/log-sink.ts';
import { loadShippedOnce } from '../support/shipped-mappings.ts';
import { LaggingPortal } from './lagging-portal.ts';

const mapping = loadShippedOnce(new URL('../../mappings/hubspot', import.meta.url).pathname).contacts as Mapping;

test('an index whose keys are mostly stale is rebuilt by the next full pass', async () => {
  const portal = new LaggingPortal(100);
  portal.now = Date.now();
  portal.set(1, 'https://www.linkedin.com/in/ada', 0);
  const inner = createMemoryStore();
  const opened: OpenIndex[] = [];
  const store: IdentityStore = {
    async open(account) {
      const index = await inner.open(account);
      opened.push(index);
      return index;
    },
    close: () => inner.close(),
  };
  const sink = logSink();
  const index = startIdentityIndex(
    {
      crm: {
        list: portal.list,
        modifiedSince: portal.modifiedSince,
        readAccount: async () => ({ id: '1', timeZone: 'UTC', linkTemplates: { contacts: '', companies: '' } }),
      },
      store,
      clock: systemClock,
      log: sink.log,
    },
    { overlapMs: 300_000, freshMs: 2_000, fullPassMs: 86_400_000, stateSecret: undefined, accessToken: 'token' },
  );
  onTestFinished(() => index.close());
  const completed = () => sink.entries.filter(({ msg }) => msg === 'the identity index is complete').length;
  const until = (count: number) => expect.poll(completed).toBe(count);
  index.follow([mapping]);
  await until(1);
  const few = await opened[0]?.count();
  index.startFullPass();
  await until(2);
  const stale = Array.from({ length: 11_000 }, (_, at) => ({ digest: BigInt(at), id: '1' }));
  await opened[0]?.write({ pairs: stale });

  index.startFullPass();
  await until(4);

  expect(few).toBeGreaterThan(0);
  expect(opened).toHaveLength(2);
  expect(await opened[1]?.count()).toBe(few);
  expect(sink.text()).toContain('most keys of the identity index are stale: it is rebuilt');
});
