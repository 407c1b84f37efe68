import { expect, test } from 'vitest';
import { compareAnswers } from '../../src/capture/replay/compare-answers.ts';
import { NotReplayableError } from '../../src/capture/replay/replay-capture.ts';
import { replay, startCapturing } from './capturing.ts';

test('a request that fails while another call of it is under way replays identically', async () => {
  const bridge = await startCapturing();
  const [companyId = ''] = bridge.crm.seed({ companies: [{ properties: { name: 'Acme' } }] }).companies;
  const slow = { match: { kind: 'batch-read', object: 'companies' }, action: { kind: 'slow-body', ms: 60 } } as const;
  const activity = { type: 'EMAIL', direction: 'OUTBOUND', occurredAt: '2026-11-01T10:00:00Z', contactId: '424242' };
  for (const company of [companyId, '434343']) {
    bridge.crm.faults.add(slow);
    const { body } = await bridge.send('POST', '/activities', { ...activity, companyId: company, ownerId: '7' });
    expect(body.error).toBe('Unknown contact');
    bridge.crm.faults.add(slow);
    await bridge.send('POST', '/tasks', { subject: 'Call', contactId: '424242', companyId: company });
  }

  const captures = await bridge.stop();
  expect(captures).toHaveLength(4);
  for (const { name, capture } of captures) {
    expect((await replay(capture)).differences, name).toEqual([]);
  }
});

test('the duration of the last call makes no difference, but which call it was does', () => {
  const moments = { laterByMs: 0, toleranceMs: 0 };
  const late = (message: string) => ({ status: 504, body: { error: 'Deadline exceeded', message } });
  const differences = (before: string, after: string) => compareAnswers(late(before), late(after), moments);

  const wait = 'HubSpot did not respond within 1 s, and at the next try HubSpot did not respond within 530 ms';
  expect(differences(wait, wait.replace('530 ms', '610 ms').replace('1 s', '990 ms'))).toEqual([]);
  expect(differences(wait, wait.replace('did not respond', 'returned status 503'))).toHaveLength(1);
});

test('a request whose body was rejected before it was captured is not compared without it', async () => {
  const bridge = await startCapturing({ environment: { MAX_FIELDS: '5', MAX_ITEMS: '5', BODY_LIMIT: '1kb' } });
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(`${bridge.url}/contacts`, {
      method: 'POST',
      headers: { 'x-api-key': 'good-key-for-tests', 'content-type': 'application/json', ...headers },
      body,
    });
  const record = { externalId: '1', a: 1, b: 2, c: 3, d: 4, e: 5 };
  await post(JSON.stringify({ contacts: [record] }));
  await post(JSON.stringify({ contacts: [1, 2, 3, 4, 5, 6] }));
  await post(new Uint8Array([0x22, 0xff, 0x22]));
  await post('x', { 'content-encoding': 'zstd' });
  await post(JSON.stringify('x'.repeat(2_000)));
  await post('');

  const outcomes = [];
  for (const { capture } of await bridge.stop()) {
    const outcome = await replay(capture).then(
      ({ differences }) => differences,
      (error: unknown) => error,
    );
    outcomes.push([capture.answer?.status, outcome]);
  }
  const withoutBody = expect.any(NotReplayableError);
  expect(outcomes).toEqual([
    [400, withoutBody],
    [413, withoutBody],
    [400, withoutBody],
    [415, withoutBody],
    [413, []],
    [400, []],
  ]);
});

test('a header whose value is not what HubSpot sends is omitted', async () => {
  const bridge = await startCapturing();
  const headers = { 'x-hubspot-correlation-id': 'Ada Lovelace', 'x-hubspot-ratelimit-max': 'ada@example.com' };
  bridge.crm.faults.add({ match: { kind: 'batch-read' }, action: { kind: 'status', status: 400, headers } });
  const { status } = await bridge.send('POST', '/contacts/batch', { ids: ['424242'] });
  expect(status).not.toBe(200);

  const [found] = await bridge.stop();
  expect(found?.capture.exchanges).not.toEqual([]);
  expect(found?.text).not.toMatch(/Lovelace|ada@example/);
});
