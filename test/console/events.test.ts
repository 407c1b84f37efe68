import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, signIn, startConsoleBridge } from './console-client.ts';

let running: Awaited<ReturnType<typeof startConsoleBridge>>;
let cookie: string;

beforeAll(async () => {
  running = await startConsoleBridge();
  cookie = await signIn(running.adminUrl, running.consoleLink);
});

afterAll(() => running.close());

interface Stream {
  readonly response: IncomingMessage;
  text(): string;
}

async function open(headers: Readonly<Record<string, string>> = {}, { adminUrl } = running): Promise<Stream> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  get(`${adminUrl}/console/events?screen=/console`, { headers: { cookie, ...headers } }, resolve).on('error', reject);
  const response = await promise;
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (part: string) => {
    text += part;
  });
  return { response, text: () => text };
}

/** A request of Enginy's. */
const enginy = () => fetch(`${running.url}/health`, { headers: { 'x-api-key': 'good-key-for-tests' } });

/** How many requests the stream has announced. */
function announced({ text }: Stream): number {
  const counts = [...text().matchAll(/event: counts\ndata: (.*)\n\n/g)].map(([, data = '']) => JSON.parse(data));
  return counts.reduce((sum, { requests }) => sum + requests, 0);
}

test('announces requests in few messages, and the texts of the screen', async () => {
  const stream = await open();
  await Promise.all(Array.from({ length: 30 }, enginy));

  await expect.poll(() => announced(stream)).toBe(30);
  const messages = stream.text().match(/event: counts/g) ?? [];
  expect(messages.length).toBeLessThan(30);
  expect(stream.text()).toMatch(/event: texts\ndata: \{"[^\n]*lane\.burst\.used/);
  expect(stream.response.headers['content-type']).toBe('text/event-stream');
  expect(stream.response.headers['cache-control']).toBe('no-store');
  stream.response.destroy();
});

test('a browser that was away gets what it missed, once', async () => {
  const first = await open();
  await enginy();
  await expect.poll(() => announced(first)).toBe(1);
  const [, id = ''] = /id: (\S+)/.exec(first.text()) ?? [];
  first.response.destroy();
  const witness = await open();
  await enginy();
  await enginy();
  await expect.poll(() => announced(witness)).toBe(2);
  witness.response.destroy();

  const again = await open({ 'last-event-id': id });

  await expect.poll(() => announced(again)).toBe(2);
  again.response.destroy();
});

test('a browser that was connected to an earlier process is asked to reload the page', async () => {
  const stream = await open({ 'last-event-id': 'abcdef01-7' });

  await expect.poll(stream.text).toContain('event: missed');
  expect(announced(stream)).toBe(0);
  stream.response.destroy();
});

test('serves users of the role, on screens that exist', async () => {
  const stranger = await ask(`${running.adminUrl}/console/events?screen=/console`);
  const nowhere = await ask(`${running.adminUrl}/console/events?screen=/elsewhere`, { headers: { cookie } });

  expect([stranger.status, nowhere.status]).toEqual([403, 404]);
});

test('keeps twenty streams open, and ends them first when the bridge stops', async () => {
  const own = await startConsoleBridge();
  const headers = { cookie: await signIn(own.adminUrl, own.consoleLink) };
  const streams = await Promise.all(Array.from({ length: 20 }, () => open(headers, own)));
  const ended = streams.map(({ response }) => new Promise((resolve) => response.once('end', resolve)));
  const oneMore = await open(headers, own);

  expect(streams.map(({ response }) => response.statusCode)).toEqual(Array(20).fill(200));
  expect(oneMore.response.statusCode).toBe(503);

  const stopped = own.close();
  await Promise.all(ended);
  await stopped;
});
