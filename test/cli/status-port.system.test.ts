/** `--metrics-port`: what roles tell of themselves while they work, and while they stop. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIfStale } from '../support/build.ts';
import { type CliProcess, cliFolder } from '../support/cli.ts';

const WORK = `
name: work
tasks:
  good: { run: "echo one; echo two" }
  each: { foreach: [1, 2, 3], run: "true" }
  flaky: { run: "false", retry: { attempts: 2, delay: 10ms } }
`;
const LONG = 'name: long\ntasks: { a: { run: "echo begin; sleep 2" } }\n';

const folder = cliFolder();
let orchestrator: string;
let worker: string;
let workerProcess: CliProcess;

async function portOf(process: CliProcess, written: () => string): Promise<string> {
  await process.saw('/metrics');
  const [, address = ''] = /(http:\/\/127\.0\.0\.1:\d+)\/metrics/.exec(written()) ?? [];
  return address;
}

async function get(address: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(address);
  return { status: response.status, text: await response.text() };
}

/** Series without labels → value, and with them as they are written. */
async function metrics(address: string): Promise<Map<string, number>> {
  const { text } = await get(`${address}/metrics`);
  const lines = text.split('\n').filter((line) => line.startsWith('sluice_'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

beforeAll(async () => {
  await buildIfStale();
  folder.write('work.yaml', WORK);
  folder.write('long.yaml', LONG);
  const one = folder.start(['orchestrator', '--embedded', '--metrics-port', '0']);
  await one.saw('orchestrator drives runs');
  workerProcess = folder.start([
    'worker',
    '--embedded',
    '--queues',
    'default:3',
    '--drain',
    '30s',
    '--metrics-port',
    '0',
  ]);
  await workerProcess.saw('serves its queues');
  orchestrator = await portOf(one, one.written);
  worker = await portOf(workerProcess, workerProcess.written);
}, 120_000);

afterAll(() => folder.remove());

describe('a role with --metrics-port', () => {
  it('counts what its runs do, without a label for any of them', async () => {
    const { code, stdout } = await folder.run(['start', 'work.yaml', '--wait']);
    expect(code).toBe(1);
    const seen = await metrics(orchestrator);
    expect(seen.get('sluice_shards_owned')).toBe(16);
    expect(seen.get('sluice_redis_up')).toBe(1);
    expect(seen.get('sluice_runs_ended_total{status="failed"}')).toBe(1);
    expect(seen.get('sluice_events_total{type="node.retrying"}')).toBe(1);
    expect(seen.get('sluice_queue_seconds_count')).toBeGreaterThanOrEqual(5);
    expect(seen.get('sluice_attempt_seconds_count{outcome="failed"}')).toBe(2);
    expect(seen.get('sluice_commit_seconds_count{reply="ok"}')).toBeGreaterThan(0);
    expect(seen.get('sluice_tickets_total')).toBeGreaterThan(0);
    const of = await metrics(worker);
    expect(of.get('sluice_worker_slots')).toBe(3);
    expect(of.get('sluice_claims_total{reply="granted"}')).toBe(6);
    expect(of.get('sluice_settled_total{status="failed",reply="accepted"}')).toBe(2);
    expect(of.get('sluice_log_lines_total')).toBe(2);
    const run = stdout.match(/[0-9A-Z]{26}/)?.[0] ?? 'none';
    for (const name of [...seen.keys(), ...of.keys()]) expect(name).not.toContain(run);
  });

  it('is alive and ready, takes nothing but GET, and shows nothing else', async () => {
    expect(await get(`${worker}/livez`)).toEqual({ status: 200, text: 'ok\n' });
    expect(await get(`${worker}/readyz`)).toEqual({ status: 200, text: 'ok\n' });
    expect((await get(`${worker}/readyz?verbose`)).text).toBe('role: ok\nredis: ok\n');
    expect((await get(`${worker}/../etc/passwd`)).status).toBe(404);
    expect((await fetch(`${worker}/metrics`, { method: 'POST' })).status).toBe(405);
  });

  it('is not ready from SIGTERM on, while it finishes its work', async () => {
    const { stdout } = await folder.run(['start', 'long.yaml']);
    const logs = folder.start(['logs', stdout.trim(), '-f']);
    await logs.saw('begin');
    workerProcess.kill('SIGTERM');
    await workerProcess.saw('stopping');
    expect(await get(`${worker}/readyz`)).toEqual({ status: 503, text: 'role: stopping\n' });
    expect((await get(`${worker}/livez`)).status).toBe(200);
    expect((await workerProcess.ended).code).toBe(0);
    expect((await logs.ended).stdout).toContain('begin');
  });
});
