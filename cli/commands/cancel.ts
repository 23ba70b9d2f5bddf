/** `sluice cancel RUN`: asks a run to end. */
import { type Command, Option } from 'commander';
import { SluiceError } from '../../engine/core/errors.ts';
import { isRunEnded } from '../../engine/core/node-state.ts';
import { duration, newCommand, type RedisFlags, withRedis } from '../command.ts';
import type { Engine } from '../compose/engine.ts';
import { liveOrchestrators } from '../compose/live-orchestrators.ts';
import { startOrchestrator } from '../compose/roles.ts';
import { withEngine } from '../compose/with-engine.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { listenForInterruption } from '../interruption.ts';

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
        const request = { graceMs: grace, ...(reason === undefined ? {} : { reason }) };
        const isDriven = (await liveOrchestrators(engine)).length > 0;
        if (!isDriven && engine.isEmbedded) return endAlone(host, engine, { run, ...request });
        await askToCancel(host, engine, { run, ...request }, isDriven);
      }),
    );
}

async function askToCancel(host: Host, engine: Engine, asked: Asked, isDriven: boolean): Promise<void> {
  const { run, ...request } = asked;
  try {
    await engine.client.request({ type: 'cancel', run, ...request }, isDriven ? undefined : 0);
    host.say(`Run ${run} is being cancelled. Its end: sluice watch ${run}`);
  } catch (thrown) {
    if (isDriven || !(thrown instanceof SluiceError) || thrown.code !== 'no_answer') throw thrown;
    host.say(`Run ${run} is being cancelled. Its end: sluice watch ${run}`);
    host.say('No orchestrator is running at the moment; it takes effect when one does.');
  }
}

/** Workers that died are noticed after seconds; then nothing is left to wait for. */
const PATIENCE_MS = 20_000;

interface Asked {
  readonly run: string;
  readonly graceMs: number;
  readonly reason?: string;
}

/** What a killed command left behind in a private Redis: nobody else will ever end it, so this command does. */
async function endAlone(host: Host, engine: Engine, { run, ...request }: Asked): Promise<void> {
  host.drivesRuns = true;
  const orchestrator = await startOrchestrator(host, engine);
  const interruption = listenForInterruption();
  try {
    await engine.client.cancel(run, request);
    host.say(`Run ${run} is being cancelled.`);
    const limit = AbortSignal.timeout(request.graceMs + PATIENCE_MS);
    const { status } = await engine.client.wait(run, AbortSignal.any([limit, interruption.signal]));
    if (isRunEnded(status)) host.say(`Run ${run} ${words(status)}.`);
    else host.say(`Run ${run} has not ended yet. See what it waits for: sluice show ${run}`);
    host.exitCode = interruption.exitCode() ?? (isRunEnded(status) ? EXIT.ok : EXIT.failed);
  } finally {
    await orchestrator.stop(0);
    interruption.release();
  }
}

function words(status: string): string {
  return status === 'cancelled' ? 'was cancelled' : status;
}
