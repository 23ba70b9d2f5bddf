import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  builtinExecutors,
  failExecutor,
  functionExecutor,
  httpExecutor,
  moduleExecutor,
  noopExecutor,
  shellExecutor,
  switchExecutor,
  transformExecutor,
  waitExecutor,
} from '../../executors/index.ts';
import { testEngineExecutor, testWorkerExecutor } from '../contract/executor.ts';

describe('shell', () => {
  testWorkerExecutor('shell', {
    executor: (environment) => shellExecutor({ environment }),
    source: {},
    succeeds: () => ({ script: 'echo a=1 >> "$SLUICE_OUTPUT"' }),
    fails: () => ({ script: 'exit 3' }),
    lasts: () => ({ script: 'trap "" TERM; echo ready; sleep 100' }),
    begun: (bench) => bench.line('ready'),
    counts: () => ({ script: 'for i in $(seq 0 99); do echo $i; done' }),
    reveals: () => ({ script: 'env; cat /proc/$$/environ' }),
  });
});

describe('module', () => {
  const text = `import { readFileSync } from 'node:fs';
    export const succeeds = () => ({ a: [1, null], at: new Date(0) });
    export const fails = () => { throw new Error('Too bad'); };
    export const lasts = async () => { console.log('ready'); await new Promise((go) => setTimeout(go, 100_000)); };
    export const counts = () => { for (let i = 0; i < 100; i++) console.log(i); };
    export const reveals = () => ({ env: { ...process.env }, first: readFileSync('/proc/self/environ', 'utf8') });`;
  const calls = (name: string) => () => ({ file: 'work.mjs', export: name });
  testWorkerExecutor('module', {
    executor: (environment) => moduleExecutor({ environment }),
    source: { 'work.mjs': text },
    succeeds: calls('succeeds'),
    fails: calls('fails'),
    lasts: calls('lasts'),
    begun: (bench) => bench.line('ready'),
    counts: calls('counts'),
    reveals: calls('reveals'),
  });
});

describe('function', () => {
  testWorkerExecutor('function', {
    executor: (environment) =>
      functionExecutor({
        environment,
        functions: {
          succeeds: ({ inputs }) => ({ a: [1, null], inputs }),
          fails: () => {
            throw new Error('Too bad');
          },
          async lasts({ log, signal }) {
            log.info('ready');
            await new Promise((go) => signal.addEventListener('abort', go));
            signal.throwIfAborted();
          },
          counts: ({ log }) => {
            for (let i = 0; i < 100; i++) log.info(i);
          },
          reveals: (context) => ({ context: JSON.parse(JSON.stringify(context)) }),
        },
      }),
    source: {},
    succeeds: () => ({ name: 'succeeds', args: { x: 1 } }),
    fails: () => ({ name: 'fails' }),
    lasts: () => ({ name: 'lasts' }),
    begun: (bench) => bench.line('ready'),
    counts: () => ({ name: 'counts' }),
    reveals: () => ({ name: 'reveals' }),
  });
});

describe('http', () => {
  let base = '';
  let asked: () => void = () => {};
  let shown = '';
  const server = createServer((request, response) => {
    shown += JSON.stringify(request.headers);
    if (request.url === '/slow') return asked();
    response
      .writeHead(request.url === '/fails' ? 500 : 200, { 'content-type': 'application/json' })
      .end('{"a":1}');
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  let begun: Promise<void>;
  testWorkerExecutor('http', {
    executor: (environment) =>
      httpExecutor({ environment, http: { addresses: { isLocalOpen: true, allowed: [] } } }),
    source: {},
    succeeds: () => ({ url: `${base}/` }),
    fails: () => ({ url: `${base}/fails` }),
    lasts: () => {
      begun = new Promise((resolve) => {
        asked = resolve;
      });
      return { url: `${base}/slow` };
    },
    begun: () => begun,
    reveals: () => ({ url: `${base}/` }),
    revealed: () => shown,
  });
});

testEngineExecutor('wait', waitExecutor(), [{ for: '1s' }, { until: '2026-03-01' }]);
testEngineExecutor('switch', switchExecutor(), [
  { cases: [{ name: 'a', if: 'x' }] },
  { cases: [{ name: 'a', if: false }], default: 'b' },
]);
testEngineExecutor('transform', transformExecutor(), [{ value: {} }, { value: { a: [1, { b: null }] } }]);
testEngineExecutor('fail', failExecutor(), [{}, { message: 'x' }]);
testEngineExecutor('noop', noopExecutor(), [{}]);

describe('the list of executors', () => {
  it('has each of them once', () => {
    const names = builtinExecutors().map((executor) => executor.name);
    expect(names).toEqual([
      'shell',
      'http',
      'module',
      'docker',
      'kafka',
      'notify',
      'function',
      'wait',
      'approval',
      'switch',
      'transform',
      'fail',
      'noop',
    ]);
  });
});
