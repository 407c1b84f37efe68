import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../src/logger.ts';
import { prettyOutput } from '../src/pretty-output.ts';
import { formatTraceparent, parseTraceparent } from '../src/tracing/trace-context.ts';
import { startBridgeOn, startCrm } from './support/start-bridge.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: unknown }[];
}

/** An HTTP server that keeps what it receives. */
async function startListener(answer: { readonly status: number; readonly body?: string } = { status: 200 }) {
  const received: { readonly headers: IncomingHttpHeaders; readonly path: string; readonly text: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, path: request.url ?? '', text: Buffer.concat(chunks).toString() });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body ?? '{}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;

test('a trace that the caller began is passed on to HubSpot and named in the log line', async () => {
  const upstream = await startListener({ status: 200, body: '{"portalId":1,"results":[]}' });
  const bridge = await startBridgeOn({ url: upstream.url, token: 'a-token' });

  await bridge.send(
    'POST',
    '/contacts/sync',
    { contacts: [{ externalId: 'a', email: 'ada@example.com' }] },
    { traceparent },
  );
  await bridge.send('POST', '/contacts/sync', { contacts: [{ externalId: 'b', email: 'bob@example.com' }] });

  expect(upstream.received[0]?.headers.traceparent).toBe(traceparent);
  expect(upstream.received.at(-1)?.headers).not.toHaveProperty('traceparent');
  expect(bridge.log.entries).toContainEqual(expect.objectContaining({ route: '/contacts/sync', traceId }));
});

test('with a collector, a request and its calls are one trace, without values or ids of records', async () => {
  const crm = await startCrm();
  const collector = await startListener();
  const bridge = await startBridgeOn(crm, { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/` });
  const contact = { externalId: 'canary-lead', email: 'canary@example.com', firstName: 'Canary' };

  await bridge.send('POST', '/contacts', { contacts: [contact] }, { traceparent });
  await bridge.close(1_000);
  // A stopping bridge waits for the collector for a second at most.
  await expect.poll(() => collector.received.map(({ path }) => path)).toEqual(['/v1/traces']);

  expect(collector.received[0]?.text).not.toMatch(/canary/i);
  const spans = spansOf(collector.received[0]?.text);
  const request = spans.find(({ name }) => name === 'POST /contacts');
  expect(request).toMatchObject({ traceId, parentSpanId: '00f067aa0ba902b7' });
  expect(request?.attributes).toContainEqual({ key: 'enginy_bridge.records', value: { intValue: 1 } });
  const calls = spans.filter((span) => span !== request);
  expect(calls.length).toBeGreaterThan(1);
  expect(calls.map((call) => [call.traceId, call.parentSpanId])).toEqual(calls.map(() => [traceId, request?.spanId]));
});

function spansOf(text = '{}'): Span[] {
  const { resourceSpans = [] } = JSON.parse(text) as { resourceSpans?: { scopeSpans: { spans: Span[] }[] }[] };
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

test('a collector that rejects spans causes one log line and fails no request', async () => {
  const crm = await startCrm();
  const collector = await startListener({ status: 400 });
  const bridge = await startBridgeOn(crm, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });

  const { status } = await bridge.send('GET', '/users');
  await bridge.close(1_000);

  expect(status).toBe(200);
  const lines = () => bridge.log.entries.filter(({ msg }) => String(msg).includes('collector'));
  await expect.poll(lines).not.toEqual([]);
  expect(lines()).toMatchObject([{ level: 'warn', msg: 'the collector does not accept traces: they are dropped' }]);
});

test.each([
  ['', 'an empty header'],
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7', 'no flags'],
  ['ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'the version that the standard forbids'],
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more', 'more than version 00 has'],
  ['00-00000000000000000000000000000000-00f067aa0ba902b7-01', 'a trace id of zeros'],
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01', 'a span id of zeros'],
  ['00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01', 'upper case'],
])('%s belongs to no trace: it has %s', (header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});

test('a traceparent of a later version is read, whatever follows', () => {
  expect(parseTraceparent(`01-${traceId}-00f067aa0ba902b7-03-later`)).toMatchObject({ traceId, traceFlags: 1 });
});

test('what is read is written the same; no text ends in an error', () => {
  const hex = (length: number) =>
    fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((text) => /[1-9a-f]/.test(text));
  fc.assert(
    fc.property(hex(32), hex(16), fc.constantFrom('00', '01'), (trace, span, flags) => {
      const header = `00-${trace}-${span}-${flags}`;
      const context = parseTraceparent(header);
      expect(context && formatTraceparent(context)).toBe(header);
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => parseTraceparent(text) === undefined || text.includes('-')));
});

test('pretty log lines show the request first, and no control character of a value', async () => {
  const lines: string[] = [];
  const output = await prettyOutput({ write: (line) => lines.push(line), dropped: 0 }, { isColored: false });
  const log = createLogger({ level: 'info', secretHeader: 'x-api-key' }, output);

  log.info({ method: 'POST', route: '/contacts/sync', status: 200, durationMs: 12, records: 3 }, 'answered');
  log.warn({ reason: 'a\u001b[31m b\u009b31m c\u0007' }, 'request refused');

  expect(lines[0]).toMatch(/INFO.*: POST \/contacts\/sync 200 in 12 ms, answered .*"records":3/);
  expect(lines[1]).toContain('WARN');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be absent
  expect(lines.join('').replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
});
