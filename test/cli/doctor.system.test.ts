/** `doctor` counts limits again, and gives back what nobody holds: on a real Redis with a wrong holder planted in it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { documentKey } from '../../engine/core/actor.ts';
import { holderName, limitAddress } from '../../engine/core/limit/address.ts';
import { FIELDS, type LimitDefinition, type LimitEntry } from '../../engine/core/limit/document.ts';
import { shardOf } from '../../engine/core/run-id.ts';
import { createConnections } from '../../engine/redis/index.ts';
import { buildIfStale } from '../support/build.ts';
import { cliFolder } from '../support/cli.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';

const GHOST: LimitEntry = {
  run: '01JD2Z3B4V5N6M7K8J9H0G1F2E',
  node: 3,
  generation: 1,
  attempt: 1,
  at: 1_000,
  since: 1_000,
  born: 1_000,
  priority: 5,
  fairness: '',
  cost: 1,
  workflow: 'lost',
  label: 'ship',
};
const DEFINITION: LimitDefinition = {
  limit: 1,
  by: 'workflow',
  declared: { limit: 1, workflow: 'lost', at: 1_000 },
};
const LIMITED = `
name: limited
tasks:
  a: { run: "true", concurrency: { key: db, limit: 1 } }
  b: { run: "true", concurrency: { key: other, limit: 1 } }
`;

const folder = cliFolder();
let redis: PrivateRedis;
let where: string[];

beforeAll(async () => {
  await buildIfStale();
  redis = await privateRedis();
  where = ['--redis', `unix://${redis.connection.path}`];
  folder.write('limited.yaml', LIMITED);
  await plant();
  const orchestrator = folder.start(['orchestrator', ...where]);
  await orchestrator.saw('orchestrator drives runs');
}, 120_000);

afterAll(async () => {
  await folder.remove();
  await redis.stop();
});

/** As a bug would leave it: the limit counts a node of a run that is not there. */
async function plant(): Promise<void> {
  const connections = createConnections({ options: redis.connection });
  const address = limitAddress('concurrency', 'default', 'db');
  const key = connections.keys.actors(shardOf(address, 16));
  const documents = [
    [FIELDS.definition, DEFINITION],
    [FIELDS.holder(holderName(GHOST)), GHOST],
  ] as const;
  for (const [field, document] of documents)
    await connections.call('hset', [key, documentKey(address, field), JSON.stringify(document)]);
  await connections.close();
}

it('names a holder that holds nothing, and lets in who waits behind it', async () => {
  const run = (await folder.run(['start', 'limited.yaml', ...where])).stdout.trim();
  const statusOf = async (node: string) =>
    JSON.parse((await folder.run(['explain', `${run}/${node}`, '--json', ...where])).stdout).status;
  await expect.poll(() => statusOf('a'), { timeout: 15_000 }).toBe('blocked');

  const ill = await folder.run(['doctor', ...where]);
  expect(ill.code).toBe(1);
  expect(ill.stdout).toContain(
    `Wrong holder: the limit "db" (namespace default) counts ship of run ${GHOST.run}, but the run does not exist (any more). Give the place back: \`sluice doctor --repair\`.`,
  );
  expect(ill.stdout).not.toContain('"other"');

  const repaired = await folder.run(['doctor', '--repair', ...where]);
  expect(repaired.stdout).toContain(`✓ Given back: the limit "db" (namespace default) counts ship of run`);
  await expect.poll(() => statusOf('a'), { timeout: 15_000 }).toBe('queued');
  expect((await folder.run(['doctor', ...where])).stdout).toContain(
    'Limits count who holds them: 2 holders.',
  );
}, 60_000);

/** Holds one limit as a run, and wants another for its task, once it is told to go on. */
const circling = (own: string, inner: string) => `
name: ${own}
concurrency: { key: ${own}, limit: 1 }
tasks:
  go: { uses: wait, with: { signal: go } }
  t: { needs: go, run: "true", concurrency: { key: ${inner}, limit: 1 } }
`;

it('names runs that hold what the other waits for, and explain names the circle', async () => {
  folder.write('left.yaml', circling('left', 'right'));
  folder.write('right.yaml', circling('right', 'left'));
  const start = async (file: string) => (await folder.run(['start', file, ...where])).stdout.trim();
  const runs = [await start('left.yaml'), await start('right.yaml')];
  for (const run of runs) await folder.run(['signal', run, 'go', ...where]);
  const explain = () => folder.run(['explain', `${runs[0]}/t`, ...where]);
  await expect
    .poll(async () => (await explain()).stdout.replaceAll(/\s+/g, ' '), { timeout: 30_000 })
    .toContain(
      `Waits in a circle that does not end by itself: t of run ${runs[0]} waits for "right", held by run ${runs[1]} of right; t of run ${runs[1]} waits for "left", held by run ${runs[0]} of left. Cancel one of them, such as: sluice cancel ${runs[1]}`,
    );
  const ill = await folder.run(['doctor', ...where]);
  expect(ill.code).toBe(1);
  expect(ill.stdout.match(/Limits wait in a circle/g)).toHaveLength(1);
}, 90_000);
