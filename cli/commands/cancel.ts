/** `sluice cancel RUN`: asks a run to end. */
import { type Command, Option } from 'commander';
import { isRunEnded } from '../../engine/core/node-state.ts';
import { duration, newCommand, type RedisFlags, withRedis } from '../command.ts';
import { withEngine } from '../compose/with-engine.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import type { Host } from '../host.ts';

interface CancelFlags extends RedisFlags {
  readonly reason?: string;
  readonly grace: number;
}

export function cancelCommand(host: Host): Command {
  const command = newCommand('cancel', 'Cancels a run; what succeeded stays.', [
    'cancel 01JD2Z3B4V5N6M7K8J9H0G1F2E',
    'cancel 01JD2Z3B4V5N6M7K8J9H0G1F2E --reason "wrong year" --grace 2s',
  ]).argument('<run>', 'id of the run');
  return withRedis(command)
    .option('--reason <text>', 'why; stands in the history')
    .addOption(
      new Option('--grace <duration>', 'from SIGTERM to SIGKILL for running tasks')
        .argParser(duration)
        .default(10_000, '10s'),
    )
    .action((run: string, { reason, grace, ...flags }: CancelFlags) =>
      withEngine(host, { ...flags, use: 'write' }, async (engine) => {
        const { status } = await engine.client.header(run);
        if (isRunEnded(status))
          throw new CliFailure(EXIT.conflict, `Run ${run} has ended already: it ${words(status)}.`);
        await engine.client.cancel(run, { graceMs: grace, ...(reason === undefined ? {} : { reason }) });
        host.say(`Run ${run} is being cancelled. Its end: sluice watch ${run}`);
        const orchestrators = await engine.membership.orchestrators();
        if (orchestrators.length === 0)
          host.say('No orchestrator is running at the moment; it takes effect when one does.');
      }),
    );
}

function words(status: string): string {
  return status === 'cancelled' ? 'was cancelled' : status;
}
