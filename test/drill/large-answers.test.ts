/** Answers that would need more memory than one request may take. */
import { expect, onTestFinished, test } from 'vitest';
import { createHubSpotCrm } from '../../src/crm/hubspot/hubspot-crm.ts';
import { createPacer } from '../../src/crm/pacing/pacer.ts';
import { apiVersion } from '../support/api-version.ts';
import { logSink } from '../support/log-sink.ts';
import { openHubSpot } from '../support/open-hubspot.ts';
import { startApp } from '../support/start-app.ts';
import { startBridgeOn } from '../support/start-bridge.ts';
import { startStubUpstream } from '../support/stub-upstream.ts';
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

test.each([
  ['too large', 11],
  ['as large as possible and about another record', 9],
])('a HubSpot whose every response is %s is not read until the deadline', async (_what, megabytes) => {
  const padding = Buffer.alloc(megabytes * 1024 ** 2, ' ');
  const upstream = await startStubUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(Buffer.concat([Buffer.from('{"results":[{"id":"5000","properties":{}}]'), padding, Buffer.from('}')]));
  });
  onTestFinished(() => upstream.close());
  const { log } = logSink();
  const pacer = createPacer({ burstPerTenSeconds: 1_000, searchPerSecond: 100 }, { log });
  const crm = createHubSpotCrm(
    { pacer, log },
    { accessToken: 'token', baseUrl: upstream.url, apiVersion, timeoutMs: 10_000 },
  );
  const app = await startApp(crm);
  const ids = Array.from({ length: 1_000 }, (_unused, n) => String(n + 1));

  const answer = await app.send('POST', '/contacts/batch', { ids });

  expect([answer.status, answer.body.error]).toEqual([413, 'Answer too large']);
  expect(answer.body.message).toContain("HubSpot's responses to this request are larger than 128 MB together");
  expect(upstream.calls.length).toBeLessThan(60);
});
