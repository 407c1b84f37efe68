/** Answers that would need more memory than one request may take. */
import { expect, onTestFinished, test } from 'vitest';
import { openHubSpot } from '../support/open-hubspot.ts';
import { startBridgeOn } from '../support/start-bridge.ts';
import { bulkContext } from '../crm/crm-conformance.ts';

const long = 'x'.repeat(60_000);
const names = ['jobtitle', 'company'];
const values = { jobtitle: long, company: long };

/** So many contacts with 120 kB each. */
async function openWith(count: number) {
  const { crm, sandbox } = await openHubSpot();
  onTestFinished(() => sandbox.close());
  const { contacts } = sandbox.seed({
    contacts: Array.from({ length: count }, (_unused, n) => ({
      properties: { email: `a${n}@example.com`, ...values },
    })),
  });
  return { crm, sandbox, ids: contacts };
}

test('a request for more than the bridge keeps in memory is rejected with the limit, and a part of it is served', async () => {
  const { sandbox, ids } = await openWith(215);
  const { send } = await startBridgeOn(sandbox);

  const all = await send('POST', '/contacts/batch', { ids });
  const some = await send('POST', '/contacts/batch', { ids: ids.slice(0, 110) });

  expect([all.status, all.body.error]).toEqual([413, 'Answer too large']);
  expect(all.body.message).toContain('24 MB');
  expect(some.status).toBe(200);
  expect(some.body.results).toHaveLength(110);
});

test('the reads of one request end at a limit that they share, with a problem for the records beyond it', async () => {
  const { crm, ids, sandbox } = await openWith(450);
  const context = bulkContext();
  const before = sandbox.counters.calls;

  const { found, failed } = await crm.readByIds('contacts', ids, names, context);
  const again = await crm.readByIds('contacts', ids.slice(0, 1), names, context);

  expect(found.size + failed.size).toBe(450);
  expect(found.size).toBeGreaterThan(200);
  expect([...failed.values()].map(({ kind }) => kind)).toContain('too-large');
  expect(again.failed.get(ids[0] ?? '')).toMatchObject({
    kind: 'too-large',
    message: expect.stringContaining('48 MB'),
  });
  expect(sandbox.counters.calls - before).toBeLessThan(60);
});
