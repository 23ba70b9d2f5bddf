/** Containers of a real engine. The names hold "container", by which the check of a clean clone excuses them where none can run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../engine/core/json.ts';
import type { WorkerExecutor } from '../../engine/ports/executor.ts';
import { dockerExecutor } from '../../executors/index.ts';
import { startDocker, type TestDocker, whyNoDocker } from '../support/docker.ts';
import { aBench, aFolder, attempt, type Bench, removeFolders } from '../support/execution-context.ts';

const why = whyNoDocker();
if (why !== undefined) console.warn(`Tests with containers are left out: ${why}.`);

describe.skipIf(why !== undefined)('a task in a container', () => {
  let engine: TestDocker;
  let allowed: string;
  let executor: WorkerExecutor;

  beforeAll(async () => {
    engine = await startDocker();
    allowed = await aFolder({ 'data.txt': 'from outside' });
    executor = dockerExecutor({
      environment: { DOCKER_HOST: engine.host, SLUICE_DOCKER_MOUNTS: allowed, API_TOKEN: 'canary' },
    });
  }, 60_000);
  afterEach(async () => {
    expect(await engine.docker.listContainers({ all: true })).toEqual([]);
  });
  afterAll(async () => {
    await removeFolders();
    await engine?.stop();
  }, 60_000);

  const run = (options: JsonObject, bench: Bench) =>
    attempt(executor, { image: engine.image, network: 'none', ...options }, bench);

  it('gives outputs, log lines, environment and files, all in the container', async () => {
    const bench = await aBench({
      env: { CITY: 'Oslo' },
      declaredOutputs: { n: { type: 'integer' } },
      source: { 'words.txt': 'three small words' },
    });
    const script = `
      echo "hello $CITY"; echo oops >&2
      cat words.txt > copy.txt
      echo n=42 >> "$SLUICE_OUTPUT"; echo "task=$SLUICE_TASK" >> "$SLUICE_OUTPUT"`;
    const { outputs } = await run({ run: script }, bench);
    expect(outputs).toEqual({ n: 42, task: 'download' });
    expect(bench.text('stdout')).toEqual(['hello Oslo']);
    expect(bench.text('stderr')).toEqual(['oops']);
    expect(readFileSync(join(bench.context.directory, 'copy.txt'), 'utf8')).toBe('three small words');
  });

  it('runs a program without a shell, and says with which code it ended', async () => {
    const bench = await aBench();
    await run({ command: ['seq', 1, 100] }, bench);
    expect(bench.text('stdout')).toHaveLength(100);
    const { error } = await run({ run: 'echo about to fail; exit 3' }, bench);
    expect(error).toMatchObject({ code: 'exit_code', exit_code: 3 });
    expect(error?.message).toContain('about to fail');
    const missing = await run({ command: ['no-such-program'] }, bench);
    expect(missing.error).toMatchObject({ code: 'spawn_failed' });
  });

  it('has no privileges in the container, and nothing of the environment of the worker', async () => {
    const bench = await aBench();
    await run({ run: 'env; cat /proc/self/status' }, bench);
    const lines = bench.text('stdout');
    expect(lines.join('\n')).not.toContain('canary');
    expect(lines).toContain('CapEff:\t0000000000000000');
    expect(lines).toContain('NoNewPrivs:\t1');
  });

  it('limits the memory and the processors of the container', async () => {
    const bench = await aBench();
    const files = '/sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes';
    await run({ run: `cat ${files} 2>/dev/null || true`, memory: '64m', cpus: 0.5 }, bench);
    expect(bench.text('stdout')).toEqual([String(64 * 1024 ** 2)]);
    const { error } = await run(
      { run: 'head -c 100m /dev/zero | tail -c 90m > /dev/null', memory: '16m' },
      bench,
    );
    expect(error).toMatchObject({ code: 'exit_code', exit_code: 137 });
    expect(error?.message).toContain('more memory than its limit of 16m');
  });

  it.each([
    ['a container that ends when asked', 'trap "exit 0" TERM; echo ready; while true; do sleep 0.05; done'],
    ['a container that is deaf', 'trap "" TERM; echo ready; while true; do sleep 0.05; done'],
  ])('stops %s', async (_name, script) => {
    const bench = await aBench({ graceMs: 300 });
    const running = run({ run: script }, bench);
    await bench.line('ready');
    bench.stop('cancelled');
    expect((await running).error).toMatchObject({ code: 'cancelled' });
  });

  it('mounts into the container what the worker allows, read-only, and nothing else', async () => {
    const bench = await aBench({ source: { 'data/a.txt': 'own' } });
    const mounts = [
      { source: allowed, target: '/data' },
      { source: 'data', target: '/own' },
    ];
    const { error } = await run({ run: 'cat /data/data.txt /own/a.txt; touch /data/x', mounts }, bench);
    expect(bench.text('stdout').join('')).toBe('from outsideown');
    expect(error?.message).toContain('Read-only file system');
    for (const source of ['/etc', '../..', '/', join(allowed, 'none')]) {
      const refused = await run({ run: 'true', mounts: [{ source, target: '/x' }] }, bench);
      expect(refused.error, source).toMatchObject({ code: 'invalid_options' });
    }
    for (const user of ['0:1', 'root']) {
      const refused = await run({ run: 'true', user }, bench);
      expect(refused.error, user).toMatchObject({ code: 'invalid_options' });
    }
    for (const network of ['host', 'container:x']) {
      const refused = await run({ run: 'true', network }, bench);
      expect(refused.error, network).toMatchObject({ code: 'invalid_options' });
    }
  });

  it('says when the image of the container cannot be had', async () => {
    const bench = await aBench();
    const never = await run({ image: 'not-there:1', pull: 'never' }, bench);
    expect(never.error).toMatchObject({ code: 'docker_error' });
    expect(never.error?.message).toContain('`not-there:1` is not on this machine');
    const fetched = await run({ image: '127.0.0.1:1/not-there:1' }, bench);
    expect(fetched.error).toMatchObject({ code: 'docker_error' });
    expect(fetched.error?.message).toContain('could not be fetched');
  });

  it('removes the container of a worker that was killed', async () => {
    const labels = (await import('../../executors/docker/identity.ts')).ownLabels();
    const [name = '', value = ''] = Object.entries(labels)[0] ?? [];
    const gone = value.replace(`:${process.pid}:`, ':4194303:');
    const left = await engine.docker.createContainer({
      Image: engine.image,
      Cmd: ['sleep', '1000'],
      Labels: { [name]: gone },
      HostConfig: { NetworkMode: 'none' },
    });
    await left.start();
    const next = dockerExecutor({ environment: { DOCKER_HOST: engine.host } });
    await attempt(next, { image: engine.image, network: 'none', run: 'true' }, await aBench());
    await left.wait({ condition: 'removed' }).catch(() => {});
    await expect(left.inspect()).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe('docker without an engine', () => {
  it('says that no engine answers', async () => {
    const executor = dockerExecutor({ environment: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } });
    const { error } = await attempt(executor, { image: 'x', run: 'true' }, await aBench());
    expect(error).toMatchObject({ code: 'docker_error' });
    expect(error?.message).toContain('does not answer');
  });
});
