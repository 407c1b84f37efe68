import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { expect, test, vi } from 'vitest';
import { createEventHub } from '../../src/console/live/event-hub.ts';
import { EventStream } from '../../src/console/live/event-stream.ts';
import { type Counted, createNews } from '../../src/console/live/news.ts';
import type { Screen } from '../../src/console/screens/screen.ts';

/** A response whose reader can stop reading. */
class SlowReader extends EventEmitter {
  isReading = true;
  isEnded = false;
  text = '';

  writeHead(): void {}

  write(text: string): boolean {
    this.text += text;
    return this.isReading;
  }

  end(): void {
    this.isEnded = true;
  }

  readAgain(): void {
    this.isReading = true;
    this.emit('drain');
  }
}

const screen: Screen = { path: '/console', title: 'Overview', role: 'viewer', show: () => ({ redirect: '/console' }) };

test('drops events for a browser that stops reading, and sends the newest once it reads again', () => {
  const reader = new SlowReader();
  // The stream uses these three members of a response alone.
  const stream = new EventStream(reader as unknown as Response, { screen, lastId: 0, isSignedIn: () => true });
  const send = (ring: readonly Counted[], used: string) => stream.send(createNews({ era: 'e', ring }, { used }));
  reader.isReading = false;
  send([], '1');
  const before = reader.text.length;
  for (let number = 2; number < 1_000; number += 1) {
    send(
      Array.from({ length: 500 }, (_, index) => ({ id: number + index, counts: { requests: 1 } })),
      String(number),
    );
    stream.keepAlive();
  }
  const whileSlow = reader.text.length - before;
  reader.readAgain();
  const ring = [
    { id: 1, counts: { requests: 2 } },
    { id: 2, counts: { requests: 3 } },
  ];
  send(ring, '1000');
  send(ring, '1000');

  expect(whileSlow).toBe(0);
  expect(reader.text.slice(before)).toBe(
    'id: e-2\nevent: counts\ndata: {"requests":5}\n\nevent: texts\ndata: {"used":"1000"}\n\n',
  );
});

test('writes a comment every 15 seconds, reads the texts of a screen once for all, and ends the stream of a user who is signed out', () => {
  vi.useFakeTimers();
  try {
    const live = vi.fn(() => ({ used: '1' }));
    const shown = { ...screen, live };
    const hub = createEventHub(() => {});
    const readers = [new SlowReader(), new SlowReader()];
    let isSignedIn = true;
    for (const reader of readers) {
      // The hub uses these members of a request and of a response alone.
      const pair = [{ headers: {} } as Request, reader as unknown as Response] as const;
      hub.listen(...pair, { screen: shown, isSignedIn: () => isSignedIn });
    }
    live.mockClear();
    hub.count('requests');
    hub.count('requests');

    vi.advanceTimersByTime(14_999);
    expect(live).toHaveBeenCalledTimes(14);
    expect(readers.map(({ text }) => text.includes(': still here'))).toEqual([false, false]);
    expect(readers.map(({ text }) => text.match(/data: .*/g))).toEqual(
      Array(2).fill(['data: {"used":"1"}', 'data: {"requests":2}']),
    );
    vi.advanceTimersByTime(1);
    expect(readers.map(({ text }) => text.split(': still here\n\n').length)).toEqual([2, 2]);

    isSignedIn = false;
    vi.advanceTimersByTime(15_000);
    expect(readers.map(({ isEnded }) => isEnded)).toEqual([true, true]);
    hub.close();
  } finally {
    vi.useRealTimers();
  }
});
