/** `sluice rollback NAME VERSION`: makes an earlier version the current one. Runs stay on the version they started with. */
import type { Command } from 'commander';
import { newCommand, type RedisFlags, wholeNumber, withRedis } from '../command.ts';
import { withOrchestrator } from '../compose/definitions.ts';
import { withEngine } from '../compose/with-engine.ts';
import type { Host } from '../host.ts';

interface RollbackFlags extends RedisFlags {
  readonly namespace: string;
}

export function rollbackCommand(host: Host): Command {
  const command = newCommand('rollback', 'Makes an earlier version of a workflow current.', [
    'rollback nightly-etl 3',
    'rollback nightly-etl 3 --namespace billing',
  ])
    .argument('<workflow>', 'name of the workflow')
    .argument('<version>', 'number of the version, see `sluice history`', wholeNumber);
  return withRedis(command)
    .option('--namespace <name>', 'namespace of the workflow', 'default')
    .action((name: string, version: number, { namespace, ...flags }: RollbackFlags) =>
      withEngine(host, { ...flags, use: 'write' }, (engine) =>
        withOrchestrator(host, engine, async ({ definitions }) => {
          const { current } = await definitions.rollback(namespace, name, version);
          host.say(`${name} is at version ${current}; runs that have started stay on theirs.`);
        }),
      ),
    );
}
