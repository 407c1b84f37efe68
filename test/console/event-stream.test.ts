import { EventEmitter } from 'node:events';
import type { Response } from 'express';
import { expect, test } from 'vitest';
import { EventStream } from '../../src/console/live/event-stream.ts';
import type { Screen } from '../../src/console/screens/screen.ts';

/** A response whose reader can stop reading. */
class SlowReader extends EventEmitter {
  isReading = true;
  text = '';

  writeHead(): void {}

  write(text: string): boolean {
    this.text += text;
    return this.isReading;
  }

  readAgain(): void {
    this.isReading = true;
    this.emit('drain');
  }
}

const screen: Screen = { path: '/console', title: 'Overview', role: 'viewer', show: () => ({ redirect: '/console' }) };

test('keeps nothing for a browser that does not read, and sends it the newest once it reads again', () => {
  const reader = new SlowReader();
  // The stream uses these three members of a response alone.
  const stream = new EventStream(reader as unknown as Response, {
    screen,
    era: 'e',
    lastId: 0,
    isSignedIn: () => true,
  });
  reader.isReading = false;
  stream.sendTexts({ used: '1' });
  const before = reader.text.length;
  for (let number = 2; number < 1_000; number += 1) {
    stream.sendTexts({ used: String(number) });
    stream.sendCounts(Array.from({ length: 500 }, (_, index) => ({ id: number + index, counts: { requests: 1 } })));
    stream.keepAlive();
  }
  const whileSlow = reader.text.length - before;
  reader.readAgain();
  stream.sendTexts({ used: '1000' });
  stream.sendCounts([
    { id: 1, counts: { requests: 2 } },
    { id: 2, counts: { requests: 3 } },
  ]);

  expect(whileSlow).toBe(0);
  expect(reader.text).toContain('data: {"used":"1000"}');
  expect(reader.text).toContain('id: e-2\nevent: counts\ndata: {"requests":5}');
});
