import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CallConnection } from '../../../src/crm/hubspot/transport/bounded-agent.ts';
import { createResponseBudget } from '../../../src/crm/hubspot/transport/response-budget.ts';

const megabyte = 1024 ** 2;

/** A connection on which so many megabytes arrived. */
function receiving(budget = createResponseBudget(), megabytes = 0) {
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const connection = new CallConnection(budget);
  connection.use(socket);
  const receive = (size: number) => {
    for (let n = 0; n < size; n += 0.5) socket.emit('data', Buffer.alloc(megabyte / 2));
  };
  receive(megabytes);
  return { connection, socket, receive };
}

test('one response ends beyond 10 MB', () => {
  const { connection, socket, receive } = receiving(createResponseBudget(), 10);
  expect(connection.isTooLarge).toBe(false);

  receive(0.5);

  expect(connection.isTooLarge).toBe(true);
  expect(socket.destroyed).toBe(true);
});

test('large responses that arrive at the same time end beyond 24 MB together; small ones do not, and what was read makes room', () => {
  const budget = createResponseBudget();
  const large = [1, 2, 3, 4].map(() => receiving(budget, 6));
  const next = receiving(budget, 6);
  const small = receiving(budget, 1);

  expect(large.map(({ connection }) => connection.isTooLarge)).toEqual([false, false, false, false]);
  expect(next.connection.isTooLarge).toBe(true);
  expect(small.connection.isTooLarge).toBe(false);
  next.connection.release();
  for (const { connection } of large.slice(0, 2)) connection.release();
  expect(receiving(budget, 6).connection.isTooLarge).toBe(false);
});

test('a response that has arrived still counts until it was read, and its socket serves another call', () => {
  const budget = createResponseBudget();
  const first = receiving(budget, 10);
  first.connection.arrived();
  const second = new CallConnection(budget);
  second.use(first.socket);
  first.receive(9.5);

  expect(first.connection.isTooLarge).toBe(false);
  expect(second.isTooLarge).toBe(false);
  expect(first.socket.listenerCount('data')).toBe(1);
  expect(receiving(budget, 5).connection.isTooLarge).toBe(true);
});

test('work that needs many times the size of a response runs one at a time, even after failures', async () => {
  const budget = createResponseBudget();
  let running = 0;
  let most = 0;
  const work = async (n: number) => {
    running += 1;
    most = Math.max(most, running);
    await setImmediate();
    running -= 1;
    if (n % 3 === 0) throw new Error('cannot be read');
    return n;
  };

  const results = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((n) => budget.alone(() => work(n))));

  expect(most).toBe(1);
  expect(results.map((result) => ('value' in result ? result.value : 'failed'))).toEqual([
    'failed',
    1,
    2,
    'failed',
    4,
    5,
  ]);
});
