import { execFileSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { loadApiKeys } from '../src/server/api-keys.ts';
import { isPrivate } from '../src/process/compile-cache.ts';
import { createLogOutput } from '../src/log-output.ts';
import { stopOnSignals } from '../src/process/stop-process.ts';
import { logSink } from './support/log-sink.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** A process that notes how it ends, and a bridge that closes when the test says so. */
function startStopper() {
  const ends: string[] = [];
  const host = Object.assign(new EventEmitter(), {
    pid: 42,
    exit: (status: number) => ends.push(`exit ${status}`),
    kill: (pid: number, signal: string) => ends.push(`${signal} ${pid}`),
  });
  const { promise: closed, resolve: finish, reject: fail } = Promise.withResolvers<number>();
  const closings: number[] = [];
  const sink = logSink();
  const bridge = {
    stopDelayMs: 0,
    close(graceMs: number) {
      closings.push(graceMs);
      return closed;
    },
  };
  // The emitter has the members that are used.
  const stop = stopOnSignals(bridge, sink.log, host as unknown as NodeJS.Process);
  return { host, ends, closings, finish, fail, sink, stop };
}

test.each([
  ['SIGTERM', 'SIGTERM'],
  ['SIGINT', 'SIGINT'],
  ['SIGINT', 'SIGTERM'],
])('%s, then %s: the second is logged, and requests are finished', async (first, second) => {
  const { host, ends, closings, finish, sink } = startStopper();

  host.emit(first);
  host.emit(second);
  expect([closings.length, ends]).toEqual([1, []]);
  finish(0);

  await expect.poll(() => ends).toEqual(['exit 0']);
  expect(sink.entries).toContainEqual(
    expect.objectContaining({ signal: second, msg: expect.stringContaining('already stopping') }),
  );
});

test('the third signal ends the process at once', () => {
  const { host, ends } = startStopper();

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGTERM']) host.emit(signal);

  expect(ends).toEqual(['exit 1']);
});

test('the end of the parent process stops the bridge like a signal', async () => {
  const { stop, ends, closings, finish } = startStopper();

  stop('end of the parent');
  stop('end of the parent');
  finish(0);

  await expect.poll(() => ends).toEqual(['exit 0']);
  expect(closings).toHaveLength(1);
});

test.each(['uncaughtException', 'unhandledRejection'])(
  'an %s is logged and stops the bridge gracefully',
  async (origin) => {
    const { host, ends, closings, finish, sink } = startStopper();

    host.emit('uncaughtException', new TypeError('secret detail'), origin);
    host.emit('uncaughtException', new TypeError('another'), origin);
    expect([closings.length, ends]).toEqual([1, []]);
    finish(2);

    await expect.poll(() => ends).toEqual(['exit 1']);
    expect(sink.entries.filter(({ level }) => level === 'error')).toHaveLength(2);
    expect(sink.text()).not.toContain('secret detail');
  },
);

test('shutdown does not wait for something that never closes', () => {
  vi.useFakeTimers();
  const { host, ends } = startStopper();

  host.emit('SIGTERM');
  vi.advanceTimersByTime(14_000);
  expect(ends).toEqual([]);
  vi.advanceTimersByTime(1_000);

  expect(ends).toEqual(['SIGKILL 42']);
});

test('an error during shutdown is logged, and the process ends', async () => {
  const { host, ends, fail, sink } = startStopper();

  host.emit('SIGTERM');
  fail(new Error('cannot close'));

  await expect.poll(() => ends).toEqual(['exit 1']);
  expect(sink.entries.map(({ msg }) => msg)).toContain('stopped with an error');
});

test.runIf(process.platform === 'linux')('a log on a full volume loses lines but does not end the process', () => {
  const fd = openSync('/dev/full', 'w');
  const output = createLogOutput(fd);

  for (let n = 0; n < 3; n += 1) output.write('{"msg":"a line"}\n');
  closeSync(fd);
  output.write('{"msg":"after the descriptor is gone"}\n');

  expect(output.dropped).toBe(4);
});

test('lines of any size are written whole', () => {
  const file = join(temporaryFolder(), 'log');
  const fd = openSync(file, 'w');
  const output = createLogOutput(fd);

  output.write('{"msg":"Łukasz"}\n');
  output.write(`${'x'.repeat(300_000)}\n`);
  closeSync(fd);

  expect(readFileSync(file, 'utf8')).toBe(`{"msg":"Łukasz"}\n${'x'.repeat(300_000)}\n`);
  expect(output.dropped).toBe(0);
});

test('the folder for compiled code is used only if no other user can reach it', () => {
  const root = temporaryFolder();
  const own = join(root, 'a', 'b');
  mkdirSync(join(root, 'open'));
  // The mode given to mkdir is subject to the umask.
  chmodSync(join(root, 'open'), 0o755);
  symlinkSync(own, join(root, 'link'));
  writeFileSync(join(root, 'file'), '');

  expect(['a/b', 'a/b', 'open', 'link', 'file', 'file/below'].map((name) => isPrivate(join(root, name)))).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test('API_KEY_FILE is read again on demand, and a mistake in it keeps the previous keys', () => {
  const file = join(temporaryFolder(), 'keys');
  const sink = logSink();
  writeFileSync(file, 'first-key-0123456789\n\n second-key-0123456789 \n');
  const keys = loadApiKeys({ header: 'x-api-key', keys: [], keyFile: file }, sink.log);

  expect(keys.current()).toEqual(['first-key-0123456789', 'second-key-0123456789']);
  for (const bad of ['', 'short', 'sandbox', 'schlüssel-mit-umlaut-0123']) {
    writeFileSync(file, bad);
    keys.reload();
    expect(keys.current()).toHaveLength(2);
  }
  rmSync(file);
  for (const target of [file, 'gone', '/etc/passwd/x', '/dev/zero', '/proc/self/mem', dirname(file), 'x'.repeat(300)]) {
    symlinkSync(target, file);
    keys.reload();
    expect(keys.current(), target).toHaveLength(2);
    rmSync(file);
  }
  execFileSync('mkfifo', [file]);
  keys.reload();
  expect(keys.current()).toHaveLength(2);
  rmSync(file);
  writeFileSync(file, 'third-key-0123456789');
  keys.reload();

  expect(keys.current()).toEqual(['third-key-0123456789']);
  expect(sink.text()).not.toMatch(/-key-|schl/);
  expect(() => loadApiKeys({ header: 'x', keys: [], keyFile: join(file, 'missing') }, sink.log)).toThrow(
    'API_KEY_FILE cannot be read',
  );
});
