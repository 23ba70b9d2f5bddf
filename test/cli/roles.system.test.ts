/** `start`, `worker`, `orchestrator`, `watch`, `logs -f`, `cancel`, `doctor`: separate processes on one Redis. */
import { userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIfStale } from '../support/build.ts';
import { type CliProcess, cliFolder } from '../support/cli.ts';

const STEPS = `
name: steps
inputs: { who: { type: string, default: world } }
tasks:
  read: { run: [cat, names.txt] }
  greet:
    needs: read
    run: echo "hello $WHO"; echo "text=hi $WHO" >> "$SLUICE_OUTPUT"
    env: { WHO: "\${{ inputs.who }}" }
outputs: { text: "\${{ tasks.greet.outputs.text }}" }
`;
const DEAF = `
name: deaf
tasks:
  a:
    run: |
      trap 'echo asked' TERM
      echo begin
      while true; do sleep 0.1 || true; done
`;
const LONG = 'name: long\ntasks: { a: { run: "echo begin; sleep 600" } }\n';

const folder = cliFolder();
let orchestrator: CliProcess;
let worker: CliProcess;

beforeAll(async () => {
  await buildIfStale();
  folder.write('steps.yaml', STEPS);
  folder.write('long.yaml', LONG);
  folder.write('deaf.yaml', DEAF);
  folder.write('names.txt', 'Ada, Grace\n');
  orchestrator = folder.start(['orchestrator', '--embedded']);
  await orchestrator.saw('orchestrator drives runs');
  worker = folder.start(['worker', '--embedded', '--queues', 'default:3', '--name', 'w1', '--drain', '1s']);
  await worker.saw('serves its queues');
}, 120_000);

afterAll(() => folder.remove());

async function startRun(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await folder.run(['start', ...args]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^[0-9A-Z]{26}\n$/);
  return stdout.trim();
}

describe('a started run', () => {
  it('is done by the worker with the files of its folder, and watched and read from other processes', async () => {
    const run = await startRun('steps.yaml', '-i', 'who=Ada');
    const [watched, logs] = await Promise.all([folder.run(['watch', run]), folder.run(['logs', run, '-f'])]);
    expect(watched.code).toBe(0);
    expect(JSON.parse(watched.stdout)).toEqual({ text: 'hi Ada' });
    expect(watched.stderr).toContain('[read] Ada, Grace\n');
    expect(logs).toMatchObject({ code: 0, stdout: '[read] Ada, Grace\n[greet] hello Ada\n' });
  });

  it('can be started again by its name, and is waited for with the exit code of the run', async () => {
    const end = await folder.run(['start', 'steps', '--wait', '-q', '-i', 'who=Grace']);
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(end.stdout)).toEqual({ text: 'hi Grace' });
    const unknown = await folder.run(['start', 'stepz']);
    expect(unknown).toMatchObject({ code: 4, stderr: expect.stringContaining('No workflow "stepz"') });
  });

  it('starts once under an idempotency key, and says so when the inputs differ', async () => {
    const first = await startRun('steps.yaml', '-k', 'monday');
    expect(await startRun('steps.yaml', '-k', 'monday')).toBe(first);
    const other = await folder.run(['start', 'steps.yaml', '-k', 'monday', '-i', 'who=x']);
    expect(other).toMatchObject({ code: 5, stderr: expect.stringContaining('with other inputs') });
  });
});

describe('cancel', () => {
  it.each([
    ['1s', 1_000, 2_900],
    ['0', 0, 2_000],
  ])('kills what does not end when asked after --grace %s', async (grace, leastMs, mostMs) => {
    const run = await startRun('deaf.yaml');
    const logs = folder.start(['logs', run, '-f']);
    await logs.saw('begin');
    expect(await folder.run(['cancel', run, '--grace', grace])).toMatchObject({ code: 0 });
    const { stdout } = await folder.run(['watch', run, '--jsonl']);
    const events: { type: string; at: string }[] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const timeOf = (type: string) => Date.parse(events.find((event) => event.type === type)?.at ?? '');
    const tookMs = timeOf('node.cancelled') - timeOf('run.cancelling');
    expect(tookMs).toBeGreaterThanOrEqual(leastMs);
    expect(tookMs).toBeLessThan(mostMs);
  });

  it('ends a run elsewhere: who watches it gets 1, and a second cancel is a conflict', async () => {
    const run = await startRun('long.yaml');
    const watching = folder.start(['watch', run]);
    await watching.saw('[a] begin');
    expect(await folder.run(['cancel', run, '--reason', 'enough', '--grace', '1s'])).toMatchObject({
      code: 0,
    });
    expect(await watching.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('⊘ long cancelled'),
    });
    const { error } = JSON.parse((await folder.run(['show', run, '--json'])).stdout);
    expect(error).toMatchObject({ code: 'cancelled', by: userInfo().username });
    expect(await folder.run(['cancel', run])).toMatchObject({ code: 5 });
    const missing = await folder.run(['cancel', '01JD2Z3B4V5N6M7K8J9H0G1F2E']);
    expect(missing).toMatchObject({ code: 4, stderr: expect.stringContaining('no run has the id') });
  });
});

describe('doctor', () => {
  it('names who lives, and who is missing for a run that waits', async () => {
    const well = await folder.run(['doctor']);
    expect(well.code).toBe(0);
    expect(well.stdout).toContain('Worker w1 serves default:3');
    expect(well.stdout).toContain('All 16 shards have an owner.');
    folder.write('gpu.yaml', 'name: gpu\ntasks: { a: { run: "true", queue: gpu } }\n');
    const started = await folder.run(['start', 'gpu.yaml']);
    expect(started.stderr).toContain('No worker serves gpu');
    const ill = await folder.run(['doctor']);
    expect(ill.code).toBe(1);
    expect(ill.stdout).toContain('✗ No worker serves the queue gpu');
    await folder.run(['cancel', started.stdout.trim()]);
  });
});

describe('explain', () => {
  it('says by which terms the turn of a queued node comes, and who goes before it', async () => {
    folder.write(
      'idle.yaml',
      'name: idle\nfairness: acme\ntasks: { a: { run: "true", queue: idle }, b: { run: "true", queue: idle, priority: 7 } }\n',
    );
    const run = (await folder.run(['start', 'idle.yaml'])).stdout.trim();
    await expect
      .poll(async () => JSON.parse((await folder.run(['explain', `${run}/a`, '--json'])).stdout).reasons, {
        timeout: 20_000,
      })
      .toContainEqual(
        expect.objectContaining({ code: 'rank', fairness: 'acme', among: 'sent', before: 1, waiting: 2 }),
      );
    const { stdout } = await folder.run(['explain', `${run}/b`]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      '2 tickets that wait for the queue idle, none goes before it',
    );
    await folder.run(['cancel', run]);
  });
});

describe('a role that is told to stop', () => {
  it('hands work back after the drain time, and ends with 0', async () => {
    const run = await startRun('long.yaml');
    const watching = folder.start(['watch', run]);
    await watching.saw('[a] begin');
    worker.kill('SIGTERM');
    expect((await worker.ended).code).toBe(0);
    watching.kill('SIGINT');
    expect((await watching.ended).code).toBe(130);
    const { nodes } = JSON.parse((await folder.run(['show', run, '--json'])).stdout);
    expect(nodes[0].attempts[0]).toMatchObject({ number: 1, finished_at: null, error: null });
    await folder.run(['cancel', run]);
    orchestrator.kill('SIGTERM');
    expect((await orchestrator.ended).code).toBe(0);
  });

  it('needs to be told which Redis to serve', async () => {
    const end = await folder.run(['worker']);
    expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining('--embedded') });
  });
});
