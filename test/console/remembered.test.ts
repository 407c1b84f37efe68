import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRemembered } from '../../src/console/screens/remembered.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a page does not wait for what is read slowly, and shows the last one while a newer one is read', async () => {
  let answer = Promise.withResolvers<string>();
  const read = vi.fn(() => answer.promise);
  const remembered = createRemembered(read, 1_000);

  expect(await remembered.look()).toEqual({ value: undefined, isReading: true });
  answer.resolve('first');
  expect(await remembered.look()).toEqual({ value: 'first', isReading: false });

  answer = Promise.withResolvers<string>();
  vi.advanceTimersByTime(1_000);
  expect(await remembered.look()).toEqual({ value: 'first', isReading: true });
  remembered.refresh();
  answer.resolve('second');
  expect(await remembered.look()).toEqual({ value: 'second', isReading: false });
  expect(read).toHaveBeenCalledTimes(2);
});

test('the reason why nothing could be read is shown until the next attempt', async () => {
  const read = vi.fn(() => Promise.reject(new Error('not now')));
  const remembered = createRemembered<string>(read, 60_000);

  await expect(remembered.look()).rejects.toThrow('not now');
  await expect(remembered.look()).rejects.toThrow('not now');
  expect(read).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(10_000);
  await expect(remembered.look()).rejects.toThrow('not now');
  expect(read).toHaveBeenCalledTimes(2);
});
