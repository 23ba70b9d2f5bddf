/** What programs change stands in the audit log, under the name that they give. */
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type Sluice, workflow } from '../../sdk/index.ts';
import { sluice as command } from '../support/in-process-cli.ts';
import { type RedisAddress, redisAddress } from './redis-address.ts';

let address: RedisAddress;
let sluice: Sluice;

beforeAll(async () => {
  address = await redisAddress();
  const { redis, prefix } = address;
  sluice = await connect({ redis, prefix, by: 'billing', orchestrator: true });
});

afterAll(async () => {
  await sluice?.close();
  await address?.close();
});

it('applying, starting and cancelling are recorded before they are done', { timeout: 20_000 }, async () => {
  const held = workflow('held', {}, (w) => {
    w.task('a', { uses: 'wait', with: { signal: 'never' } });
  });
  await sluice.apply(held);
  const run = await sluice.start(held, {});
  await run.cancel();
  const where = { cwd: tmpdir(), env: {} };
  const place = ['--redis', address.redis, '--prefix', address.prefix];
  const { stdout } = await command(where, ['audit', 'list', '--json', ...place]);
  const { records } = JSON.parse(stdout);
  const seen = records.map(({ who, action, object }: { [name: string]: { name: string } & string }) => [
    who?.name,
    action,
    object,
  ]);
  expect(seen).toEqual([
    ['billing', 'run.cancel', `run/${run.id}`],
    ['billing', 'run.start', `run/${run.id}`],
    ['billing', 'workflow.create', 'workflow/default/held'],
  ]);
});
