/** Whatever program an orchestrator is in, what need not be kept goes when it is the one whose turn it is. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type EngineParts, openParts } from '../../sdk/engine-parts.ts';
import { connect, type Sluice, workflow } from '../../sdk/index.ts';
import { startUpkeep } from '../../sdk/upkeep.ts';
import { type RedisAddress, redisAddress } from './redis-address.ts';

const LATER_MS = 120_000;

let address: RedisAddress;
let sluice: Sluice;
let parts: EngineParts;

beforeAll(async () => {
  address = await redisAddress();
  const { redis, prefix } = address;
  sluice = await connect({ redis, prefix, orchestrator: true });
  parts = await openParts({ redis, prefix });
});

afterAll(async () => {
  await sluice?.close();
  await parts?.close();
  await address?.close();
});

/** Two minutes after now, and without patience. */
function later({ clock, roleStore, ...rest }: EngineParts): EngineParts {
  return {
    ...rest,
    clock: { ...clock, sleep: (ms, signal) => clock.sleep(Math.min(ms, 5), signal) },
    roleStore: { ...roleStore, now: async () => (await roleStore.now()) + LATER_MS },
  };
}

it('removes runs that need not be kept, if it is its turn', async () => {
  const run = await sluice.start(
    workflow('short', {}, (w) => void w.task('a', { uses: 'noop' })),
    {},
  );
  await run.result();
  const [first = ''] = await parts.membership.orchestrators();
  const retention = { ageMs: { succeeded: 1_000 } };
  const idle = startUpkeep(later(parts), { id: 'another', retention });
  const looks = vi.spyOn(parts.membership, 'orchestrators');
  await vi.waitFor(() => expect(looks.mock.calls.length).toBeGreaterThan(5));
  await idle.stop();
  expect((await run.show()).status).toBe('succeeded');
  const upkeep = startUpkeep(later(parts), { id: first, retention });
  await vi.waitFor(() => expect(run.show()).rejects.toMatchObject({ code: 'run_not_found' }), 10_000);
  await upkeep.stop();
});

it('is no orchestrator whose bounds cannot be read', async () => {
  vi.stubEnv('SLUICE_RETENTION', 'forever and a day');
  const { redis, prefix } = address;
  await expect(connect({ redis, prefix, orchestrator: true })).rejects.toMatchObject({
    code: 'not_possible',
    message: expect.stringContaining('SLUICE_RETENTION'),
  });
  vi.unstubAllEnvs();
});
