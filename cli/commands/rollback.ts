/** `sluice rollback NAME VERSION`: makes an earlier version the current one. Runs stay on the version they started with. */
import type { Command } from 'commander';
import { type InstallationFlags, newCommand, wholeNumber, withInstallationFlags } from '../command.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';

interface RollbackFlags extends InstallationFlags {
  readonly namespace: string;
}

export function rollbackCommand(host: Host): Command {
  const command = newCommand('rollback', 'Makes an earlier version of a workflow current.', [
    'rollback nightly-etl 3',
    'rollback nightly-etl 3 --namespace billing',
  ])
    .argument('<workflow>', 'name of the workflow')
    .argument('<version>', 'number of the version, see `sluice history`', wholeNumber);
  return withInstallationFlags(command)
    .option('--namespace <name>', 'namespace of the workflow', 'default')
    .action((name: string, version: number, { namespace, ...flags }: RollbackFlags) =>
      withInstallation(host, { ...flags, use: 'write' }, ({ workflows }) =>
        workflows.change(async (changes) => {
          const current = await changes.rollback(namespace, name, version);
          host.say(`${name} is at version ${current}; runs that have started stay on theirs.`);
        }),
      ),
    );
}
