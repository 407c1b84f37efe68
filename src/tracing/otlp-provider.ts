import type { Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  AlwaysOnSampler,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from '../logger.ts';
import { version } from '../version.ts';

export interface OtlpProvider {
  getTracer(name: string, version: string): Tracer;
  close(): Promise<void>;
}

const exportTimeoutMs = 5_000;
const closeWithinMs = 1_000;

/**
 * Sends spans in batches to a collector. The SDK reads further `OTEL_EXPORTER_OTLP_…` variables itself, such as the headers. Spans that
 * the collector does not accept in time are dropped; the log says so once.
 */
export function createOtlpProvider(endpoint: string, log: Logger): OtlpProvider {
  const url = `${endpoint}/v1/traces`;
  const exporter = reportFailures(new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMs }), log);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'enginy-bridge', 'service.version': version }),
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: exportTimeoutMs })],
  });
  return {
    getTracer: (name, ofVersion) => provider.getTracer(name, ofVersion),
    async close() {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, closeWithinMs);
      const closed = provider
        .shutdown()
        .catch((error: unknown) => log.warn({ err: error }, 'traces were not exported'));
      await Promise.race([closed, late]);
      clearTimeout(timer);
    },
  };
}

/** Logs when exports begin to fail, and when they work again. */
function reportFailures(exporter: SpanExporter, log: Logger): SpanExporter {
  let isFailing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const hasFailed = result.code !== 0;
        if (hasFailed && !isFailing)
          log.warn({ err: result.error }, 'the collector does not accept traces: they are dropped');
        if (!hasFailed && isFailing) log.info({}, 'the collector accepts traces again');
        isFailing = hasFailed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush === undefined ? {} : { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
  };
}
