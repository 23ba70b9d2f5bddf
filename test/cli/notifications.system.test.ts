/** `notify`, `callback`, `alerts` and `sluice notifications` through the real program, against a receiver of this machine. */
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildIfStale } from '../support/build.ts';
import { cliFolder } from '../support/cli.ts';
import { type HookReceiver, hookReceiver } from '../support/hook-receiver.ts';

const KEY = `whsec_${Buffer.from('a key for the test').toString('base64')}`;
const folder = cliFolder();
let receiver: HookReceiver;
const env = { SLUICE_SECRET_HOOK: KEY };

beforeAll(async () => {
  await buildIfStale();
  receiver = await hookReceiver();
  const { url } = receiver;
  folder.write(
    'sluice.config.yaml',
    `channels:\n  ops: { webhook: { url: "${url}/ops", secret: HOOK } }\nalerts:\n  - { channel: ops, on: recovered, workflow: "flaky*" }\n`,
  );
  folder.write(
    'flaky.yaml',
    `
name: flaky
secrets: [HOOK]
inputs: { fail: { type: boolean, default: false } }
notify: { channel: ops, on: failure, text: "\${{ run.workflow }} is \${{ run.status }}" }
callback: { url: "${url}/runs/\${{ run.id }}", secret: HOOK }
tasks:
  work: { run: [sh, -c, 'test "$0" = false', "\${{ inputs.fail }}"] }
outputs: { did: "\${{ tasks.work.status }}" }
`,
  );
}, 120_000);

afterAll(async () => {
  await receiver?.close();
  await folder.remove();
});

function taken(path: string): { readonly type: string; readonly text: string; readonly data: object }[] {
  return receiver.seen
    .splice(0)
    .filter((one) => one.path.startsWith(path))
    .map(({ body, headers }) => new Webhook(KEY).verify(body, headers) as never);
}

it('tells of a failure, of the recovery, and calls back with the outputs', { timeout: 120_000 }, async () => {
  await folder.run(['run', 'flaky.yaml', '-q', '-i', 'fail=true'], env);
  const failed = receiver.seen.splice(0).map(({ path, body }) => [path.slice(0, 5), JSON.parse(body).type]);
  expect(failed.sort()).toEqual([
    ['/ops', 'run.failed'],
    ['/runs', 'run.failed'],
  ]);
  await folder.run(['run', 'flaky.yaml', '-q'], env);
  expect(receiver.seen.map(({ path, body }) => [path.slice(0, 5), JSON.parse(body).type]).sort()).toEqual([
    ['/ops', 'run.recovered'],
    ['/runs', 'run.succeeded'],
  ]);
  expect(taken('/runs')).toMatchObject([{ data: { status: 'succeeded', outputs: { did: 'succeeded' } } }]);
});

it('lists what was not delivered with its reason, and sends it again', { timeout: 120_000 }, async () => {
  receiver.status = 410;
  receiver.seen.length = 0;
  await folder.run(['run', 'flaky.yaml', '-q'], env);
  const dead = await folder.run(['notifications', 'list', '--state', 'dead', '--json'], env);
  const { notifications } = JSON.parse(dead.stdout) as { notifications: { id: string; error: string }[] };
  expect(notifications).toMatchObject([
    { type: 'run.succeeded', error: expect.stringContaining('answered 410') },
  ]);
  receiver.status = 200;
  receiver.seen.length = 0;
  const again = await folder.run(['notifications', 'retry', notifications[0]?.id ?? ''], env);
  expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('was delivered')]);
  expect(receiver.seen[0]?.headers['webhook-id']).toBe(notifications[0]?.id);
});

it('a channel can be tested', { timeout: 60_000 }, async () => {
  receiver.seen.length = 0;
  const good = await folder.run(['alerts', 'test', 'ops'], env);
  expect([good.code, taken('/ops')[0]?.type]).toEqual([0, 'test']);
  receiver.status = 500;
  const bad = await folder.run(['alerts', 'test', 'ops'], env);
  receiver.status = 200;
  expect([bad.code, bad.stderr]).toEqual([1, expect.stringContaining('answered 500')]);
});
