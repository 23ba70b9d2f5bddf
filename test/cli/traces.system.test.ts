/** A run as a collector sees it: all of its spans, and whose they are. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseTraceparent } from '../../engine/core/trace-context.ts';
import { buildIfStale } from '../support/build.ts';
import { type CliFolder, cliFolder } from '../support/cli.ts';

const WORKFLOW = `
name: traced
tasks:
  shaky: { run: 'echo "context $TRACEPARENT"; test "$SLUICE_ATTEMPT" = 2', retry: { attempts: 2, delay: 10ms } }
  many: { foreach: [1, 2, 3], run: 'true', needs: shaky }
  below: { workflow: inner, needs: many }
  broken: { run: 'echo 5ecret-w0rd >&2; exit 3', needs: below }
---
name: inner
tasks: { only: { run: 'true' } }
`;
const STARTER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

interface Told {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

let folder: CliFolder;
let collector: Server;
let spans: Span[];
let sent: string;
let endpoint: string;

beforeAll(async () => {
  await buildIfStale();
  folder = cliFolder();
  folder.write('traced.yaml', WORKFLOW);
  spans = [];
  sent = '';
  collector = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString();
    sent += text;
    const told: Told = JSON.parse(text);
    spans.push(...told.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans)));
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await folder.remove();
  await new Promise((resolve) => collector.close(resolve));
});

function attributeOf(span: Span, key: string): string | undefined {
  const [value] = Object.values(span.attributes.find((one) => one.key === key)?.value ?? {});
  return value === undefined ? undefined : String(value);
}

it('tells a collector of runs, nodes, attempts, commits and dispatches, under the span of whoever started it', async () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    TRACEPARENT: `00-${STARTER.traceId}-${STARTER.spanId}-01`,
  };
  const { code, stderr } = await folder.run(['run', 'traced.yaml'], env);
  expect(code, stderr).toBe(1);
  const named = (name: string) => spans.filter((span) => span.name === name);
  const only = (name: string): Span => {
    const [one, ...more] = named(name);
    if (one === undefined || more.length > 0) throw new Error(`${more.length + 1} spans ${name}`);
    return one;
  };
  const run = only('run traced');
  expect(run).toMatchObject({ parentSpanId: STARTER.spanId, status: { code: 2 } });
  expect(attributeOf(run, 'sluice.status')).toBe('failed');
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([STARTER.traceId]));
  for (const name of ['task shaky', 'task below', 'task broken'])
    expect(only(name).parentSpanId, name).toBe(run.spanId);
  expect(only('task broken').status).toEqual({ code: 2, message: 'exit_code' });

  const tries = named('attempt shaky');
  expect(tries.map((span) => [attributeOf(span, 'sluice.attempt'), span.status.message])).toEqual([
    ['1', 'exit_code'],
    ['2', undefined],
  ]);
  for (const { parentSpanId } of tries) expect(parentSpanId).toBe(only('task shaky').spanId);
  const seen = [...stderr.matchAll(/context (\S+)/g)].map(([, text = '']) => parseTraceparent(text)?.spanId);
  expect(seen).toEqual(tries.map(({ spanId }) => spanId));

  const nodes = named('task many').filter((span) => attributeOf(span, 'sluice.index') !== undefined);
  expect(nodes.map((span) => attributeOf(span, 'sluice.index')).sort()).toEqual(['0', '1', '2']);
  const attempts = named('attempt many');
  expect(new Set(attempts.map(({ parentSpanId }) => parentSpanId))).toEqual(
    new Set(nodes.map(({ spanId }) => spanId)),
  );

  const inner = only('run inner');
  expect(inner.parentSpanId).toBe(only('task below').spanId);
  expect(only('attempt only').parentSpanId).toBe(only('task only').spanId);
  expect(only('task only').parentSpanId).toBe(inner.spanId);

  const ids = new Set(spans.map(({ spanId }) => spanId));
  expect(ids.size).toBe(spans.length);
  expect(named('commit').length).toBeGreaterThan(5);
  expect(named('dispatch').length).toBeGreaterThanOrEqual(5);
  for (const span of [...named('commit'), ...named('dispatch')]) expect(ids).toContain(span.parentSpanId);
  for (const { name, startTimeUnixNano, endTimeUnixNano } of spans)
    expect(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano), name).toBe(true);
  expect(sent).not.toContain('5ecret-w0rd');
});

it('loses no run and no time when the collector is away, and says so once without its credentials', async () => {
  folder.write('hello.yaml', 'name: hello\ntasks: { a: { run: "true" } }\n');
  const nowhere = endpoint.replace('127.0.0.1', 'me:hush-hush@127.0.0.2');
  const before = performance.now();
  const { code, stderr } = await folder.run(['run', 'hello.yaml'], { OTEL_EXPORTER_OTLP_ENDPOINT: nowhere });
  expect(code, stderr).toBe(0);
  expect(performance.now() - before).toBeLessThan(10_000);
  expect(stderr).toContain('spans could not be sent to 127.0.0.2:');
  expect(stderr).not.toContain('hush-hush');
});

it('tells nothing of runs that are not to be traced, and their tasks so', async () => {
  folder.write('quiet.yaml', 'name: quiet\ntasks: { a: { run: "echo context $TRACEPARENT" } }\n');
  spans = [];
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER: 'always_off' };
  const { code, stderr } = await folder.run(['run', 'quiet.yaml'], env);
  expect(code, stderr).toBe(0);
  expect(spans).toEqual([]);
  expect(stderr).toMatch(/context 00-[0-9a-f]{32}-[0-9a-f]{16}-00/);
});
