/**
 * Sends spans by OTLP over HTTP. The only file that knows OpenTelemetry, loaded when tracing is configured and not before. Spans
 * go out in the background from a bounded queue: trouble of the collector loses spans, never work.
 */
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { FinishedSpan, SpanSink } from './finished-span.ts';

export interface Collector {
  readonly tell: SpanSink;
  /** Sends what is left, for three seconds at most. Never rejects. */
  close(): Promise<void>;
}

export interface CollectorOptions {
  /** The full address, such as `http://collector:4318/v1/traces`. */
  readonly url: string;
  readonly serviceName: string;
  /** Attributes of the role: what else is known of the process. */
  readonly resource: { readonly [name: string]: string };
  /** Told when spans could not be sent, each time. */
  readonly onTrouble: (error: Error) => void;
  /** Default: to `url`. */
  readonly exporter?: SpanExporter;
}

const EXPORT_MS = 3_000;

export async function openCollector(options: CollectorOptions): Promise<Collector> {
  const [api, sdk, { resourceFromAttributes }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const exporter = options.exporter ?? new OTLPTraceExporter({ url: options.url, timeoutMillis: EXPORT_MS });
  const ids = new NamedIds(new sdk.RandomIdGenerator());
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.serviceName, ...options.resource }),
    // What comes here is to be recorded.
    sampler: new sdk.AlwaysOnSampler(),
    idGenerator: ids,
    spanProcessors: [
      new sdk.BatchSpanProcessor(watched(exporter, options.onTrouble), { exportTimeoutMillis: EXPORT_MS }),
    ],
  });
  const tracer = provider.getTracer('sluice');
  return {
    tell(span) {
      const { name, traceId, parent, from, to, attributes, error } = span;
      ids.name(span);
      const traceFlags = api.TraceFlags.SAMPLED;
      const context =
        parent === undefined
          ? api.ROOT_CONTEXT
          : api.trace.setSpanContext(api.ROOT_CONTEXT, {
              traceId,
              spanId: parent,
              traceFlags,
              isRemote: true,
            });
      const open = tracer.startSpan(name, { startTime: from, attributes }, context);
      if (error !== undefined) open.setStatus({ code: api.SpanStatusCode.ERROR, message: error });
      // Clocks of two roles may differ: a span never ends before it began.
      open.end(Math.max(from, to));
    },
    async close() {
      const over = new AbortController();
      const patience = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, EXPORT_MS);
        over.signal.addEventListener('abort', () => clearTimeout(timer));
      });
      await Promise.race([provider.shutdown().catch(() => {}), patience]);
      over.abort();
    },
  };
}

interface IdSource {
  generateTraceId(): string;
  generateSpanId(): string;
}

/** Spans get the ids of what they are of. They are made at once, one after another, so that the names at hand are theirs. */
class NamedIds implements IdSource {
  readonly #random: IdSource;
  #traceId = '';
  #spanId: string | undefined;

  constructor(random: IdSource) {
    this.#random = random;
  }

  name({ traceId, spanId }: FinishedSpan): void {
    this.#traceId = traceId;
    this.#spanId = spanId;
  }

  generateTraceId(): string {
    return this.#traceId;
  }

  generateSpanId(): string {
    return this.#spanId ?? this.#random.generateSpanId();
  }
}

/** Says so when spans could not be sent. */
function watched(exporter: SpanExporter, onTrouble: (error: Error) => void): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code !== 0) onTrouble(result.error ?? new Error(`${spans.length} spans were refused`));
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}
