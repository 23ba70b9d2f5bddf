/** `sluice watch RUN`: the progress of a run that was started elsewhere, from its beginning to its end. */
import type { Command } from 'commander';
import { newCommand, type RedisFlags, withOutput, withRedis } from '../command.ts';
import { withEngine } from '../compose/with-engine.ts';
import { EXIT } from '../exit-code.ts';
import type { Host } from '../host.ts';
import { listenForInterruption } from '../interruption.ts';
import { tellMissingRoles } from '../missing-roles.ts';
import { createDisplay, exitCodeOfRun, type OutputFlags } from '../run-watching.ts';

export function watchCommand(host: Host): Command {
  const command = newCommand('watch', 'Shows a run until its end.', [
    'watch 01JD2Z3B4V5N6M7K8J9H0G1F2E',
    'watch 01JD2Z3B4V5N6M7K8J9H0G1F2E --jsonl',
  ]).argument('<run>', 'id of the run');
  return withRedis(withOutput(command)).action((run: string, flags: RedisFlags & OutputFlags) =>
    withEngine(host, { ...flags, use: 'read' }, async (engine) => {
      const { plan, stored } = await engine.client.load(run);
      await tellMissingRoles(host, engine, { plan, status: stored.header.status });
      const interruption = listenForInterruption();
      const view = await createDisplay(host, flags).watch(engine, run, interruption.signal);
      interruption.release();
      host.exitCode =
        view === undefined ? (interruption.exitCode() ?? EXIT.interrupted) : exitCodeOfRun(view);
    }),
  );
}
