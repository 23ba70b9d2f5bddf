/** `sluice resume RUN`: a paused run goes on. */
import type { Command } from 'commander';
import { newCommand } from '../command.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { forEachTarget, type TargetFlags, withTargets } from '../targets.ts';

export function resumeCommand(host: Host): Command {
  const command = newCommand('resume', 'Lets a paused run go on.', [
    'resume 01JD2Z3B4V5N6M7K8J9H0G1F2E',
    'resume --status paused --yes',
  ]);
  return withTargets(command).action((run: string | undefined, flags: TargetFlags) =>
    withInstallation(host, { ...flags, use: 'write' }, async (installation) => {
      const { driving, steering } = installation;
      const resume = () =>
        forEachTarget(
          host,
          installation,
          { run, flags, participle: 'resumed', fits: 'live' },
          async (one) => {
            await steering.ask({ type: 'resume', run: one });
            return `Run ${one} goes on. Its end: sluice watch ${one}`;
          },
        );
      await ((await driving.isAlone()) ? driving.whileDriving([], resume) : resume());
    }),
  );
}
