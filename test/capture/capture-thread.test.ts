import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { startCaptureWorker } from '../../src/capture/record/capture-thread.ts';
import { createCaptureWriter } from '../../src/capture/record/capture-writer.ts';
import { knowledgeTextsBounds, knownNamesBounds, LatestEntries } from '../../src/capture/record/latest-entries.ts';
import { createPriorKnowledge } from '../../src/capture/record/prior-knowledge.ts';
import type { RawCapture, RawExchange } from '../../src/capture/record/raw-capture.ts';
import { toRawExchange } from '../../src/capture/record/raw-capture.ts';
import { createRecorder } from '../../src/capture/record/recorder.ts';
import { hubSpotProtocol } from '../../src/crm/hubspot/protocol/hubspot-protocol.ts';
import { readFolder } from './capturing.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const exchange: RawExchange = {
  purpose: 'create a property',
  method: 'POST',
  path: '/crm/v3/properties/contacts/batch/create',
  requestText: '{}',
  status: 403,
  responseHeaders: {},
  responseText: '{}',
  startedAt: '2026-11-25T10:00:00.000Z',
  durationMs: 1,
  waitedMs: 0,
  attempt: 1,
};

const capture: RawCapture = {
  requestId: 'r-1',
  startedAt: '2026-11-25T10:00:00.000Z',
  durationMs: 1,
  method: 'GET',
  path: '/health',
  headers: {},
  answer: { status: 200, headers: {}, text: '{}' },
  exchanges: [],
  remembered: [],
  mappingHash: '',
  isTrimmed: false,
};

function start(folder: string, parts?: Parameters<typeof createCaptureWriter>[2]) {
  const lines: { msg: string; lost?: number }[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const settings = {
    requestTimeoutMs: 1,
    hubspotTimeoutMs: 1,
    bodyLimitBytes: 1,
    burstPerTenSeconds: 1,
    searchPerSecond: 1,
  };
  const composer = {
    personalData: 'redact',
    bridge: { version: '0', node: '24', sandbox: true },
    settings,
  } as const;
  const limits = { maxFiles: 10, maxBytes: 1e9, maxAgeMs: 1e9 };
  return { writer: createCaptureWriter({ folder, limits, composer }, log, parts), lines };
}

/** Waits for a file system that does not answer, as a network mount may. */
async function stuckWorker(): Promise<{ worker: Worker; release(): void }> {
  const pipe = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const worker = new Worker(`require('fs').readFileSync(${JSON.stringify(pipe)}, 'utf8')`, { eval: true });
  let end: number | undefined;
  // The pipe can be opened for writing once the thread reads it, which ends when this end is closed.
  await expect.poll(() => (end = openIfRead(pipe))).toBeDefined();
  return { worker, release: () => closeSync(end ?? -1) };
}

function openIfRead(pipe: string): number | undefined {
  try {
    return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

test('stopping does not wait for a folder that blocks, and reports what was lost', async () => {
  const { worker, release } = await stuckWorker();
  onTestFinished(release);
  let stuck = 0;
  const { writer, lines } = start('/nowhere', { startWorker: () => worker, onStuck: () => (stuck += 1) });
  writer.write(capture, []);
  writer.write(capture, []);

  await writer.close(50);

  expect(stuck).toBe(1);
  expect(writer.counts).toEqual({ written: 0, trimmed: 0, dropped: 2 });
  expect(lines.map(({ msg }) => msg)).toEqual([
    'the capture thread does not stop: it is busy, or its folder does not respond',
    'captures were lost: the bridge stopped before they were written',
  ]);
  expect(lines[1]?.lost).toBe(2);
});

test('what cannot be handed over is counted and logged once, and later captures are written', async () => {
  const folder = temporaryFolder();
  const { writer, lines } = start(folder);
  // A function cannot be copied to another thread.
  const bad = { ...capture, headers: { x: (() => 'x') as unknown as string } };
  writer.write(bad, []);
  writer.write(bad, []);
  writer.write(capture, []);

  await writer.close(60_000);

  expect(writer.counts).toEqual({ written: 1, trimmed: 0, dropped: 2 });
  expect(lines.filter(({ msg }) => msg.includes('could not write a capture'))).toHaveLength(1);
  expect(readFolder(folder)).toHaveLength(1);
});

test('a thread that runs out of memory loses what it held, but later captures are written', async () => {
  const folder = temporaryFolder();
  const hungry = `require('worker_threads').parentPort.once('message', () => { for (const kept = []; ; ) kept.push([kept.length]); })`;
  const resourceLimits = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 8 };
  const workers = [() => new Worker(hungry, { eval: true, resourceLimits })];
  const { writer, lines } = start(folder, {
    startWorker: (settings) => (workers.pop() ?? (() => startCaptureWorker(settings)))(),
  });
  writer.write(capture, []);
  await expect
    .poll(() => lines.map(({ msg }) => msg))
    .toEqual(['captures were lost: one of them used too much memory']);
  writer.write(capture, []);

  await writer.close(60_000);

  expect(writer.counts).toEqual({ written: 1, trimmed: 0, dropped: 1 });
  expect(readFolder(folder)).toHaveLength(1);
});

test('only the capture that takes too much memory is lost, and those behind it are written', async () => {
  const folder = temporaryFolder();
  const hungry = `require('worker_threads').parentPort.on('message', ({ kind }) => { if (kind === 'capture') for (const kept = []; ; ) kept.push([kept.length]); })`;
  const resourceLimits = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 8 };
  const workers = [() => new Worker(hungry, { eval: true, resourceLimits })];
  const { writer, lines } = start(folder, {
    startWorker: (settings) => (workers.pop() ?? (() => startCaptureWorker(settings)))(),
  });
  writer.write({ ...capture, body: new Uint8Array(2 * 1024 ** 2) }, []);
  writer.write(capture, []);
  writer.write(capture, []);

  await expect.poll(() => readFolder(folder)).toHaveLength(2);
  await writer.close(60_000);

  expect(writer.counts).toEqual({ written: 2, trimmed: 0, dropped: 1 });
  expect(lines.map(({ msg }) => msg)).toEqual(['captures were lost: one of them used too much memory']);
});

test('captures that wait for a thread that cannot start are counted once', async () => {
  const { writer, lines } = start('/nowhere', {
    startWorker: () => {
      throw new Error('no thread');
    },
  });

  for (let n = 0; n < 3; n += 1) writer.write(capture, []);
  await writer.close(0);

  expect(writer.counts).toEqual({ written: 0, trimmed: 0, dropped: 3 });
  expect(lines.map(({ msg }) => msg)).toEqual(['captures stopped: their thread failed']);
});

test('captures of large requests that wait are dropped beyond 24 MB, which is counted and logged once', async () => {
  const { writer, lines } = start('/nowhere', {
    startWorker: () => {
      throw new Error('no thread');
    },
  });
  const large = { ...capture, body: new Uint8Array(5 * 1024 ** 2) };

  for (let n = 0; n < 6; n += 1) writer.write(large, []);

  expect(writer.counts.dropped).toBe(2);
  expect(lines.map(({ msg }) => msg)).toEqual(['captures are being dropped: writing cannot keep up']);
  await writer.close(0);
});

test('keeps the texts of a call without parsing a body', () => {
  const given = Object.defineProperty({ ...exchange, requestBody: {} }, 'responseBody', {
    enumerable: true,
    get: () => {
      throw new RangeError('too deep');
    },
  });

  expect(toRawExchange(given)).toEqual(exchange);
});

test('prior knowledge is bounded, keeps definitions, and forgets refusals after their time', async () => {
  let now = 0;
  const knowledge = createPriorKnowledge(hubSpotProtocol.calls, () => now);
  const definitions = { ...exchange, method: 'GET', path: '/crm/v3/properties/contacts', status: 200 };
  knowledge.note(definitions);
  const start = knowledge.snapshot();
  for (let n = 0; n < 5_000; n += 1) {
    knowledge.note({ ...exchange, requestText: `${'x'.repeat(2_000)}${n}` });
    if (n % 1_000 === 0) await turn();
  }

  const known = knowledge.relevantTo('/contacts', [], start);
  expect(known).toHaveLength(40);
  expect(known.map((each) => each.exchange.method)).toContain('GET');
  expect(Math.max(...known.map(({ name }) => name.length))).toBeLessThan(200);
  now += 11 * 60_000;
  expect(knowledge.relevantTo('/contacts', [], knowledge.snapshot())).toEqual([]);
  knowledge.note(definitions);
  expect(knowledge.snapshot().size).toBe(1);
});

test('prior knowledge and the texts of the thread are bounded by their length, and the thread forgets nothing that it is asked for', () => {
  const knowledge = createPriorKnowledge(hubSpotProtocol.calls, () => 0);
  const known = new LatestEntries<true>(knownNamesBounds);
  const texts = new LatestEntries<number>(knowledgeTextsBounds);
  const lengthsOf = () => [...knowledge.snapshot().values()].map((entry) => entry.exchange.responseText?.length ?? 0);
  const definitions = (name: string, megabytes: number) => ({
    ...exchange,
    method: 'GET',
    path: `/crm/v3/properties/${name}`,
    status: 200,
    responseText: 'x'.repeat(megabytes * 1024 ** 2),
  });
  const objects = ['contacts', 'companies', 'tasks', 'notes', 'emails', 'calls', 'meetings'];
  for (let n = 0; n < 60; n += 1) {
    knowledge.note(definitions(objects[n % objects.length] ?? '', n % 8));
    for (const { name, exchange: call } of knowledge.relevantTo('/contacts', [], knowledge.snapshot())) {
      const length = call.responseText?.length ?? 0;
      if (known.get(name) === undefined) {
        texts.set(name, length, 2 * length);
        known.set(name, true, length);
      }
      expect(texts.get(name), name).toBe(length);
    }
    expect(lengthsOf().reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(24 * 1024 ** 2);
  }

  expect(lengthsOf().length).toBeGreaterThan(2);
  knowledge.note(definitions('contacts', 30));
  expect(Math.max(...lengthsOf())).toBeLessThan(8 * 1024 ** 2);
  texts.set('huge', 1, 65 * 1024 ** 2);
  expect(texts.get('huge')).toBeUndefined();
});

test.each([
  ['ASCII', 'x'.repeat(1024 ** 2)],
  ['one character beyond Latin-1', `${'x'.repeat(600 * 1024)}😀`],
])('bodies of a request that are too large together are not kept until its end: %s', (_what, responseText) => {
  const written: RawCapture[] = [];
  const writer = {
    write: (made: RawCapture) => void written.push(made),
    setMapping() {},
    counts: { written: 0, trimmed: 0, dropped: 0 },
  };
  const recorder = createRecorder(
    { writer: { ...writer, close: async () => {} }, calls: hubSpotProtocol.calls },
    'all',
  );
  const facts = { requestId: 'r-1', method: 'POST', path: '/contacts', headers: {}, mappingHash: '' };
  const context = { requestId: 'r-1', urgency: 'bulk', deadline: { remainingMs: () => 1_000 } } as const;

  const recording = recorder.begin(facts);
  recording.setBody(Buffer.from('{}'));
  for (let call = 0; call < 9; call += 1) {
    recorder.exchange(context, { ...exchange, responseText });
  }
  recording.finish({ status: 200, headers: {}, text: '{}' }, false);

  expect(written).toMatchObject([{ isTrimmed: true }]);
  expect(written[0]?.body).toBeUndefined();
  expect(written[0]?.exchanges).toHaveLength(9);
  expect(written[0]?.exchanges.map(({ responseText }) => responseText)).toEqual(Array.from({ length: 9 }, () => ''));
});
