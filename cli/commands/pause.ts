/** `sluice pause RUN`: a run starts nothing new until it is resumed. */
import type { Command } from 'commander';
import { newCommand } from '../command.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { forEachTarget, type TargetFlags, withTargets } from '../targets.ts';

export function pauseCommand(host: Host): Command {
  const command = newCommand('pause', 'Pauses a run; what runs goes on.', [
    'pause 01JD2Z3B4V5N6M7K8J9H0G1F2E',
    'pause 01JD2Z3B4V5N6M7K8J9H0G1F2E --reason "database is being moved"',
    'pause --workflow nightly --yes',
  ]);
  return withTargets(command)
    .option('--reason <text>', 'why; stands in the history')
    .action((run: string | undefined, flags: TargetFlags & { readonly reason?: string }) =>
      withInstallation(host, { ...flags, use: 'write' }, async (installation) => {
        const { driving, steering } = installation;
        const reason = flags.reason === undefined ? {} : { reason: flags.reason };
        const pause = () =>
          forEachTarget(
            host,
            installation,
            { run, flags, participle: 'paused', fits: 'live' },
            async (one) => {
              await steering.ask({ type: 'pause', run: one, ...reason });
              return `Run ${one} is paused. It goes on with: sluice resume ${one}`;
            },
          );
        await ((await driving.isAlone()) ? driving.whileDriving([], pause) : pause());
      }),
    );
}
