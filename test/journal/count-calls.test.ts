import { expect, test } from 'vitest';
import type { DecidedRequest } from '../../src/bridge/decisions.ts';
import { countCalls } from '../../src/journal/count-calls.ts';

const decided = (requestId: string): DecidedRequest => ({
  requestId,
  at: 0,
  method: 'PUT',
  route: '/contacts',
  status: 200,
  durationMs: 1,
  records: [],
});

test('a request is written with its calls, those that it shared, and its longest wait', () => {
  const written: DecidedRequest[] = [];
  const count = countCalls();
  const listener = count.countedFor({ write: (request) => written.push(request) });
  count.add({ context: { requestId: 'a' }, waitedMs: 3.4 });
  count.add({ context: { requestId: 'b', alsoFor: ['a', 'b'] }, waitedMs: 200 });
  for (const id of ['a', 'b', 'c', 'a']) listener?.write(decided(id));

  expect(written.map(({ requestId, calls, waitedMs }) => [requestId, calls, waitedMs])).toEqual([
    ['a', 2, 200],
    ['b', 1, 200],
    ['c', 0, 0],
    ['a', 0, 0],
  ]);
});
