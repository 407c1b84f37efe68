import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/crm/clock.ts';
import type { CallContext } from '../../src/crm/crm.ts';
import { deadlineIn } from '../../src/crm/deadline.ts';
import { type RunningIndex, startIdentityIndex } from '../../src/identity/start-identity-index.ts';
import type { IdentityStore } from '../../src/identity/identity-store.ts';
import { createMemoryStore } from '../../src/identity/sqlite-store.ts';
import { matchKeys } from '../../src/mapping/run/match-keys.ts';
import type { Mapping } from '../../src/mapping/schema/record-mapping.ts';
import { logSink } from '../support/log-sink.ts';
import { loadShippedOnce } from '../support/shipped-mappings.ts';
import { LaggingPortal } from './lagging-portal.ts';

const mapping = loadShippedOnce(new URL('../../mappings/hubspot', import.meta.url).pathname).contacts as Mapping;
const keys = matchKeys(mapping, { externalId: 'lead-1', linkedinUrl: 'https://www.linkedin.com/in/ada' });
const context: CallContext = { requestId: 'test', urgency: 'bulk', deadline: deadlineIn(30_000) };

test('after a crash, the index does not answer for Enginy ids that the process may have written last', async () => {
  const portal = new LaggingPortal(100);
  portal.now = Date.now();
  portal.set(1, 'https://www.linkedin.com/in/ada', 0);
  const file = createMemoryStore();
  const crashed = startOver(file, portal);
  const first = await answeredRules(crashed);

  const second = startOver(file, portal);
  const afterCrash = await answeredRules(second);
  await second.close();
  const third = startOver(file, portal);
  const afterStop = await answeredRules(third);

  onTestFinished(async () => {
    await crashed.close();
    await third.close();
  });
  expect(first).toEqual(['identity', 'linkedinUrl']);
  expect(afterCrash).toEqual(['linkedinUrl']);
  expect(afterStop).toEqual(['identity', 'linkedinUrl']);
});

/** A process that keeps this file, which outlives it. */
function startOver(file: IdentityStore, portal: LaggingPortal): RunningIndex {
  const index = startIdentityIndex(
    {
      crm: {
        list: portal.list,
        modifiedSince: portal.modifiedSince,
        readAccount: async () => ({ id: '1', timeZone: 'UTC', linkTemplates: { contacts: '', companies: '' } }),
      },
      store: { open: (account) => file.open(account), close: async () => {} },
      clock: systemClock,
      log: logSink().log,
    },
    { overlapMs: 300_000, freshMs: 60_000, fullPassMs: 86_400_000, stateSecret: undefined, accessToken: 'token' },
  );
  index.follow([mapping]);
  return index;
}

/** The names of the rules whose absent keys the index answers, once it is complete. */
async function answeredRules(index: RunningIndex): Promise<readonly string[]> {
  await expect.poll(() => index.state()[0]?.rules.complete).toBe(mapping.match.rules.length);
  const answers = await index.propose({ mapping, keys, mayRefresh: true }, context);
  return keys.flatMap(({ name }, position) =>
    answers[position]?.isComplete === true && answers[position].mayLackWrites !== true ? [name] : [],
  );
}
