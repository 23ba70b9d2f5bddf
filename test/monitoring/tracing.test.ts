import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import type { Ticket } from '../../engine/core/ticket.ts';
import { formatTraceparent, parseTraceparent } from '../../engine/core/trace-context.ts';
import { attemptTracer } from '../../monitoring/tracing/attempt-spans.ts';
import { openCollector } from '../../monitoring/tracing/collector.ts';
import { runTracer } from '../../monitoring/tracing/run-spans.ts';
import { readSampler } from '../../monitoring/tracing/sampler.ts';
import { readTracing } from '../../monitoring/tracing/settings.ts';
import { nodeSpan, traceOfRun } from '../../monitoring/tracing/span-names.ts';

const RUN = '01JZ0000000000000000000001';
const GIVEN = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const ALWAYS = readSampler('', '');

describe('a trace context', () => {
  it('is read as the standard says, and is none else', () => {
    expect(parseTraceparent(GIVEN)).toEqual({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      isSampled: true,
    });
    const read = (text: string) => parseTraceparent(text) !== undefined;
    expect(formatTraceparent(parseTraceparent(GIVEN) ?? expect.fail())).toBe(GIVEN);
    expect(read(GIVEN.replace('00-', 'cc-').concat('-what-comes-later'))).toBe(true);
    for (const wrong of [
      '',
      GIVEN.toUpperCase(),
      `${GIVEN}-more`,
      GIVEN.replace('00-', 'ff-'),
      GIVEN.replace(/-[0-9a-f]{32}-/, `-${'0'.repeat(32)}-`),
      GIVEN.replace(/-[0-9a-f]{16}-/, `-${'0'.repeat(16)}-`),
      GIVEN.slice(0, -1),
    ])
      expect(read(wrong), wrong).toBe(false);
  });
});

describe('the trace of a run', () => {
  it('is the one that it was started in, else one that all roles name alike', () => {
    const own = traceOfRun({ id: RUN }, ALWAYS);
    expect(own).toEqual(traceOfRun({ id: RUN }, ALWAYS));
    expect(own.parent).toBeUndefined();
    expect(traceOfRun({ id: RUN, traceparent: GIVEN }, ALWAYS)).toEqual({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      runSpan: own.runSpan,
      parent: 'b7ad6b7169203331',
      isSampled: true,
    });
    expect(traceOfRun({ id: RUN, traceparent: 'nonsense' }, ALWAYS)).toEqual(own);
  });
});

describe('sampling', () => {
  const traces = Array.from({ length: 1_000 }, (_, i) => traceOfRun({ id: `run ${i}` }, ALWAYS).traceId);
  const share = (name: string, argument: string, parent?: boolean) => {
    const sampler = readSampler(name, argument);
    return traces.filter((trace) => sampler(trace, parent)).length / traces.length;
  };

  it('takes the share that was asked for, and what was begun already', () => {
    expect(share('traceidratio', '0.25')).toBeCloseTo(0.25, 1);
    expect(share('traceidratio', '0')).toBe(0);
    expect(share('traceidratio', '')).toBe(1);
    expect(share('parentbased_traceidratio', '0', true)).toBe(1);
    expect(share('parentbased_always_on', '', false)).toBe(0);
    expect(share('always_on', '', false)).toBe(1);
    expect(share('always_off', '', true)).toBe(0);
  });

  it('refuses what it does not know', () => {
    expect(() => readSampler('jaeger_remote', '')).toThrow(
      'OTEL_TRACES_SAMPLER is "jaeger_remote"; it can be',
    );
    expect(() => readSampler('traceidratio', 'half')).toThrow(
      'write the share of runs to trace, from 0 to 1',
    );
  });
});

describe('settings', () => {
  it('are those of OpenTelemetry', () => {
    expect(readTracing({})).toBeUndefined();
    expect(readTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/' })).toMatchObject({
      url: 'http://c:4318/v1/traces',
      serviceName: 'sluice',
    });
    const whole = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://c/in', OTEL_SERVICE_NAME: 'nightly' };
    expect(readTracing(whole)).toMatchObject({ url: 'https://c/in', serviceName: 'nightly' });
    expect(readTracing({ ...whole, OTEL_SDK_DISABLED: 'true' })).toBeUndefined();
    expect(readTracing({ ...whole, OTEL_TRACES_EXPORTER: 'none' })).toBeUndefined();
  });

  it('are refused without a word of the credentials in them', () => {
    const wrong = { OTEL_EXPORTER_OTLP_ENDPOINT: 'me:hush-hush@collector:4318' };
    expect(() => readTracing(wrong)).toThrow(
      /^OTEL_EXPORTER_OTLP_ENDPOINT is no address: write one such as [^@]*$/,
    );
    const grpc = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    expect(() => readTracing(grpc)).toThrow('which Sluice does not speak');
  });
});

describe('spans', () => {
  const ticket = (node: number, change: Partial<Ticket> = {}) =>
    ({
      run: RUN,
      node,
      generation: 1,
      attempt: 1,
      namespace: 'default',
      workflow: 'w',
      task: 'a',
      uses: 'shell',
      traceparent: formatTraceparent({
        ...(parseTraceparent(GIVEN) ?? expect.fail()),
        spanId: nodeSpan(RUN, 0, 1),
      }),
      ...change,
    }) as Ticket;

  async function told(tell: (sink: Awaited<ReturnType<typeof openCollector>>['tell']) => void) {
    const exporter = new InMemorySpanExporter();
    // It forgets all when it is shut down.
    const kept: ReturnType<InMemorySpanExporter['getFinishedSpans']> = [];
    exporter.shutdown = async () => void kept.push(...exporter.getFinishedSpans());
    const collector = await openCollector({
      url: 'http://127.0.0.1:9',
      serviceName: 'sluice',
      resource: {},
      onTrouble: (error) => expect.fail(String(error)),
      exporter,
    });
    tell(collector.tell);
    await collector.close();
    return kept;
  }

  it('of attempts are below their own nodes, also further down a chain', async () => {
    const spans = await told((sink) => {
      const tracer = attemptTracer(sink, 'worker-1', () => 1_000);
      tracer.begin(ticket(0))?.end();
      tracer.begin(ticket(7, { task: 'behind' }))?.end('timeout');
      expect(tracer.begin(ticket(1, { traceparent: GIVEN.replace(/01$/, '00') }))).toBeUndefined();
    });
    expect(spans.map((span) => [span.name, span.parentSpanContext?.spanId, span.status])).toEqual([
      ['attempt a', nodeSpan(RUN, 0, 1), { code: 0 }],
      ['attempt behind', nodeSpan(RUN, 7, 1), { code: 2, message: 'timeout' }],
    ]);
  });

  it('of a dispatch are one for each run that it is of', async () => {
    const other = '01JZ0000000000000000000002';
    const spans = await told((sink) =>
      runTracer(sink, ALWAYS).dispatched({
        tickets: [ticket(1), ticket(2), ticket(3, { run: other }), ticket(4, { traceparent: '' })],
        from: 5,
        to: 6,
      }),
    );
    expect(
      spans.map(({ attributes, parentSpanContext }) => [
        attributes['sluice.run'],
        attributes['sluice.tickets'],
        parentSpanContext?.spanId,
      ]),
    ).toEqual([
      [RUN, 2, traceOfRun({ id: RUN }, ALWAYS).runSpan],
      [other, 1, nodeSpan(other, 3, 1)],
    ]);
  });

  it('end no earlier than they began, whatever the clocks say', async () => {
    const [span] = await told((sink) =>
      sink({ name: 'x', traceId: 'a'.repeat(32), parent: undefined, from: 2_000, to: 1_000, attributes: {} }),
    );
    expect(span?.duration).toEqual([0, 0]);
  });
});
