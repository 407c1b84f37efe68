import { expect, test } from 'vitest';
import { createBatchingCrm } from '../../src/bridge/lookups/batching-crm.ts';
import type { CallContext } from '../../src/crm/crm.ts';
import { deadlineIn } from '../../src/crm/deadline.ts';
import { fakeCrm } from '../support/fake-crm.ts';

const context: CallContext = { requestId: 'r', urgency: 'urgent', deadline: deadlineIn(60_000) };

test('reads that arrive together share a call, and each gets what it asked for', async () => {
  const crm = fakeCrm();
  for (const id of ['1', '2']) crm.put('contacts', { id, properties: { email: `${id}@example.com` } });
  const batching = createBatchingCrm(crm);

  const [one, two, none, same] = await Promise.all(
    ['1', '2', '3', '1'].map((id) => batching.readByIds('contacts', [id], ['email'], context)),
  );

  expect(one?.found.get('1')?.properties.email).toBe('1@example.com');
  expect([...(two?.found.keys() ?? [])]).toEqual(['2']);
  expect([...(none?.missing ?? [])]).toEqual(['3']);
  expect(same?.found.get('1')).toEqual(one?.found.get('1'));
  expect(crm.calls).toEqual([{ method: 'readByIds', objectType: 'contacts', count: 3 }]);
});

test('reads of different properties or objects are not combined', async () => {
  const crm = fakeCrm();
  const batching = createBatchingCrm(crm);

  await Promise.all([
    batching.readByIds('contacts', ['1'], ['email'], context),
    batching.readByIds('contacts', ['1'], ['firstname'], context),
    batching.readByIds('companies', ['1'], ['email'], context),
    batching.readBy({ objectType: 'contacts', property: 'email', values: ['1'] }, ['email'], context),
  ]);

  expect(crm.calls).toHaveLength(4);
});

test('creates that arrive together share a call; a rejected one fails alone', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '1', properties: { email: 'taken@example.com' } });
  const batching = createBatchingCrm(crm);

  const [[first], [second]] = await Promise.all([
    batching.create('contacts', [{ properties: { email: 'taken@example.com' } }], context),
    batching.create('contacts', [{ properties: { email: 'free@example.com' } }], context),
  ]);

  expect(first).toMatchObject({ problem: { kind: 'conflict', existingId: '1' } });
  expect(second).toMatchObject({ record: { properties: { email: 'free@example.com' } } });
  expect(crm.calls.filter(({ method }) => method === 'create')).toHaveLength(1);
});
