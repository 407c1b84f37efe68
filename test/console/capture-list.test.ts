import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { captureFileIn } from '../../src/capture/inspect/capture-of-request.ts';
import { openCaptureList } from '../../src/console/archive/capture-list.ts';

const parent = mkdtempSync(join(tmpdir(), 'capture-folder-'));
const folder = join(parent, 'captures');
const [first, second] = ['a', 'b'].map((id) => `2026-11-20T12-34-56.789Z_PUT_contacts_200_${id}_00.json`) as [
  string,
  string,
];

beforeEach(() => {
  mkdirSync(folder);
  vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

afterAll(() => rmSync(parent, { recursive: true }));

/** Makes the folder look as if it had last changed then. */
function setChange(at: Date): void {
  utimesSync(folder, at, at);
}

test('a capture is found within a second after it was written, and no longer after it was deleted', () => {
  const captures = openCaptureList(folder);
  expect(captures.names()).toEqual([]);
  writeFileSync(join(folder, first), '');
  setChange(new Date(0));
  vi.advanceTimersByTime(1_000);
  expect(captures.names()).toEqual([first]);
  const at = Date.parse('2026-11-20T12:34:56.789Z');
  expect(captures.captureOf({ at, requestId: 'a' })).toBe(first);

  rmSync(join(folder, first));
  vi.advanceTimersByTime(1_000);
  expect(captures.names()).toEqual([]);
  expect(captures.captureOf({ at, requestId: 'a' })).toBeUndefined();
});

test('a capture that was written in the same moment as the folder was listed is found, too', () => {
  writeFileSync(join(folder, first), '');
  const captures = openCaptureList(folder);
  const { mtime } = statSync(folder);
  expect(captures.names()).toEqual([first]);
  writeFileSync(join(folder, second), '');
  setChange(mtime);
  vi.advanceTimersByTime(1_000);

  expect(captures.names()).toEqual([first, second]);
});

test('captures that are written after a folder was created are found', () => {
  rmSync(folder, { recursive: true });
  const captures = openCaptureList(folder);
  expect(captures.names()).toEqual([]);
  mkdirSync(folder);
  writeFileSync(join(folder, first), '');
  vi.advanceTimersByTime(1_000);

  expect(captures.names()).toEqual([first]);
});

test.each([
  '../captures.json',
  `../captures/${first}`,
  `..\\captures\\${first}`,
  '/etc/passwd',
  '',
  `${first}\0`,
  second,
])('%j is not a capture of the folder', (name) => {
  writeFileSync(join(folder, first), '');
  expect(captureFileIn(folder, first)).toBe(join(folder, first));

  expect(() => captureFileIn(folder, name)).toThrow(/There is no capture/);
});
