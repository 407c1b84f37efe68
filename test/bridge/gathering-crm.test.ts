import { expect, test } from 'vitest';
import { gatherCalls } from '../../src/bridge/gathering-crm.ts';
import type { CallContext } from '../../src/crm/crm.ts';
import { deadlineIn } from '../../src/crm/deadline.ts';
import { fakeCrm } from '../support/fake-crm.ts';

const context: CallContext = { requestId: 'r', urgency: 'urgent', deadline: deadlineIn(60_000) };

test('reads that arrive together share a call, and each gets what it asked for', async () => {
  const crm = fakeCrm();
  for (const id of ['1', '2']) crm.put('contacts', { id, properties: { email: `${id}@example.com` } });
  const gathered = gatherCalls(crm);

  const [one, two, none, same] = await Promise.all(
    ['1', '2', '3', '1'].map((id) => gathered.readByIds('contacts', [id], ['email'], context)),
  );

  expect(one?.found.get('1')?.properties.email).toBe('1@example.com');
  expect([...(two?.found.keys() ?? [])]).toEqual(['2']);
  expect([...(none?.missing ?? [])]).toEqual(['3']);
  expect(same?.found.get('1')).toEqual(one?.found.get('1'));
  expect(crm.calls).toEqual([{ method: 'readByIds', objectType: 'contacts', count: 3 }]);
});

test('reads of other properties or objects do not mix', async () => {
  const crm = fakeCrm();
  const gathered = gatherCalls(crm);

  await Promise.all([
    gathered.readByIds('contacts', ['1'], ['email'], context),
    gathered.readByIds('contacts', ['1'], ['firstname'], context),
    gathered.readByIds('companies', ['1'], ['email'], context),
    gathered.readBy('contacts', 'email', ['1'], ['email'], context),
  ]);

  expect(crm.calls).toHaveLength(4);
});

test('creates that arrive together share a call; a refused one is refused alone', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '1', properties: { email: 'taken@example.com' } });
  const gathered = gatherCalls(crm);

  const [[first], [second]] = await Promise.all([
    gathered.create('contacts', [{ properties: { email: 'taken@example.com' } }], context),
    gathered.create('contacts', [{ properties: { email: 'free@example.com' } }], context),
  ]);

  expect(first).toMatchObject({ problem: { kind: 'conflict', existingId: '1' } });
  expect(second).toMatchObject({ record: { properties: { email: 'free@example.com' } } });
  expect(crm.calls.filter(({ method }) => method === 'create')).toHaveLength(1);
});
