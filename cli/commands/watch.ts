/** `sluice watch RUN`: the progress of a run that was started elsewhere, from its beginning to its end. */
import type { Command } from 'commander';
import { type InstallationFlags, newCommand, withInstallationFlags, withOutput } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { listenForInterruption } from '../interruption.ts';
import { tellMissingRoles } from '../missing-roles.ts';
import { createDisplay, exitCodeOfRun, type OutputFlags } from '../run-watching.ts';

export function watchCommand(host: Host): Command {
  const command = newCommand('watch', 'Shows a run until its end.', [
    'watch 01JD2Z3B4V5N6M7K8J9H0G1F2E',
    'watch 01JD2Z3B4V5N6M7K8J9H0G1F2E --jsonl',
  ]).argument('<run>', 'id of the run');
  return withInstallationFlags(withOutput(command)).action(
    (run: string, flags: InstallationFlags & OutputFlags) =>
      withInstallation(host, { ...flags, use: 'read' }, async (installation) => {
        const { runs } = installation;
        const [plan, { status }] = [await runs.plan(run), await runs.head(run)];
        await tellMissingRoles(host, installation, { plan, status });
        const interruption = listenForInterruption();
        const view = await createDisplay(host, flags).watch(runs, run, interruption.signal);
        interruption.release();
        host.exitCode =
          view === undefined ? (interruption.exitCode() ?? EXIT.interrupted) : exitCodeOfRun(view);
      }),
  );
}
