/** The alert `schedule_missed` by real roles: orchestrators that were stopped over due times tell of it once, and of its end. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { documentKey } from '../../engine/core/actor.ts';
import { shardOf } from '../../engine/core/run-id.ts';
import { type ScheduleState, STATE, scheduleAddress } from '../../engine/core/schedule/document.ts';
import { type Connections, createConnections } from '../../engine/redis/index.ts';
import { buildIfStale } from '../support/build.ts';
import { cliFolder } from '../support/cli.ts';
import { type HookReceiver, hookReceiver } from '../support/hook-receiver.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';

const SHARDS = 16;
const OUTAGE_MS = 600_000;
const ADDRESS = scheduleAddress('default', 'ticking', 0);
const PATIENCE = { timeout: 30_000 };

const folder = cliFolder();
let receiver: HookReceiver;
let redis: PrivateRedis;
let connections: Connections;
let where: string[];

beforeAll(async () => {
  await buildIfStale();
  receiver = await hookReceiver();
  redis = await privateRedis();
  connections = createConnections({ options: redis.connection });
  where = ['--redis', `unix://${redis.connection.path}`];
  folder.write(
    'sluice.config.yaml',
    `channels:\n  ops: { webhook: { url: "${receiver.url}" } }\nalerts:\n  - { channel: ops, on: schedule_missed }\n`,
  );
  folder.write(
    'ticking.yaml',
    'name: ticking\ntriggers: [{ every: 2s, overlap: skip }]\ntasks:\n  a: { uses: transform, with: { value: { a: 1 } } }\n',
  );
}, 120_000);

afterAll(async () => {
  await folder.remove();
  await connections?.close();
  await redis?.stop();
  await receiver?.close();
});

const startOrchestrator = async () => {
  const orchestrator = folder.start(['orchestrator', ...where], { SLUICE_ALLOW_ADDRESSES: 'private' });
  await orchestrator.saw('orchestrator drives runs');
  return {
    async stop() {
      orchestrator.kill('SIGTERM');
      expect((await orchestrator.ended).code).toBe(0);
    },
  };
};

const place = () => [connections.keys.actors(shardOf(ADDRESS, SHARDS)), documentKey(ADDRESS, STATE)] as const;

async function readState(): Promise<ScheduleState> {
  const json = (await connections.call('hget', place())) as string | null;
  if (json === null) throw new Error('there is no schedule');
  return JSON.parse(json) as ScheduleState;
}

/** As Redis would look had the orchestrators been stopped that much earlier. */
async function letTimePass(ms: number): Promise<void> {
  const state = await readState();
  await connections.call('hset', [...place(), JSON.stringify({ ...state, cursor: state.cursor - ms })]);
}

const hasStartedMore = (than: number) =>
  vi.waitFor(async () => expect((await readState()).started).toBeGreaterThan(than), PATIENCE);

/** Each once: what was answered while its orchestrator stopped comes again, under the same id. */
const alerts = () =>
  [...new Map(receiver.seen.map((hook) => [hook.headers['webhook-id'], hook])).values()].map(({ body }) => {
    const { type, text, data } = JSON.parse(body) as { type: string; text: string; data: { alert?: object } };
    return { type, text, ...data.alert };
  });

it('is told once by its channel, and its end when a run starts in time again', {
  timeout: 120_000,
}, async () => {
  const first = await startOrchestrator();
  expect(await folder.run(['apply', 'ticking.yaml', ...where])).toMatchObject({ code: 0 });
  await hasStartedMore(0);
  await first.stop();
  await letTimePass(OUTAGE_MS);
  const second = await startOrchestrator();
  await vi.waitFor(() => expect(alerts()).toHaveLength(2), PATIENCE);
  const [begin, end] = alerts();
  expect(begin).toMatchObject({
    type: 'alert.firing',
    text: expect.stringMatching(/^ticking: its schedule did not start its run of 20\S+Z: nobody drove it$/),
  });
  expect(end).toMatchObject({
    type: 'alert.resolved',
    text: 'ticking: its schedule starts its runs in time again',
  });
  // A stop that no time was missed by is no alert, and what was told is not told again.
  const { started } = await readState();
  await second.stop();
  const third = await startOrchestrator();
  await hasStartedMore(started + 1);
  await third.stop();
  expect(alerts().map(({ type }) => type)).toEqual(['alert.firing', 'alert.resolved']);
});
