/** `sluice cancel RUN`: asks a run to end. */
import { type Command, Option } from 'commander';
import { SluiceError } from '../../engine/core/errors.ts';
import { isRunEnded } from '../../engine/core/node-state.ts';
import { duration, newCommand } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import type { Host } from '../host.ts';
import type { Installation } from '../installation/installation.ts';
import { withInstallation } from '../installation/open.ts';
import { listenForInterruption } from '../interruption.ts';
import { forEachTarget, type TargetFlags, withTargets } from '../targets.ts';

interface CancelFlags extends TargetFlags {
  readonly reason?: string;
  readonly grace: number;
}

export function cancelCommand(host: Host): Command {
  const command = newCommand('cancel', 'Cancels a run; what succeeded stays.', [
    'cancel 01JD2Z3B4V5N6M7K8J9H0G1F2E',
    'cancel 01JD2Z3B4V5N6M7K8J9H0G1F2E --reason "wrong year" --grace 2s',
    'cancel --workflow nightly --status running',
  ]);
  return withTargets(command)
    .option('--reason <text>', 'why; stands in the history')
    .addOption(
      new Option('--grace <duration>', 'from SIGTERM to SIGKILL for running tasks; 0: at once')
        .argParser((text) => (text === '0' ? 0 : duration(text)))
        .default(10_000, '10s'),
    )
    .action((run: string | undefined, flags: CancelFlags) =>
      withInstallation(host, { ...flags, use: 'write' }, async (installation) => {
        const { driving } = installation;
        const { reason, grace } = flags;
        const request = { graceMs: grace, ...(reason === undefined ? {} : { reason }) };
        const [isDriven, isAlone] = [await driving.isDriven(), await driving.isAlone()];
        if (run !== undefined && isAlone) return endAlone(host, installation, { run, ...request });
        const cancel = () =>
          forEachTarget(host, installation, { run, flags, participle: 'cancelled', fits: 'live' }, (one) =>
            askToCancel(installation, { run: one, ...request }, { isDriven, isOne: run !== undefined }),
          );
        await (isAlone ? driving.whileDriving([], cancel) : cancel());
      }),
    );
}

/** Of several runs, each is one line. */
async function askToCancel(
  { steering }: Installation,
  { run, ...request }: Asked,
  { isDriven, isOne }: { readonly isDriven: boolean; readonly isOne: boolean },
): Promise<string> {
  const said = `Run ${run} is being cancelled.${isOne ? ` Its end: sluice watch ${run}` : ''}`;
  try {
    await steering.ask({ type: 'cancel', run, ...request }, isDriven ? undefined : 0);
    return said;
  } catch (thrown) {
    if (isDriven || !(thrown instanceof SluiceError) || thrown.code !== 'no_answer') throw thrown;
    return `${said}\nNo orchestrator is running at the moment; it takes effect when one does.`;
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
async function endAlone(host: Host, installation: Installation, { run, ...request }: Asked): Promise<void> {
  const { driving, steering, runs } = installation;
  const interruption = listenForInterruption();
  try {
    await driving.whileDriving([], async () => {
      await steering.ask({ type: 'cancel', run, ...request });
      host.say(`Run ${run} is being cancelled.`);
      const limit = AbortSignal.timeout(request.graceMs + PATIENCE_MS);
      await untilEnded(runs, run, AbortSignal.any([limit, interruption.signal]));
    });
    const { status } = await runs.head(run);
    if (isRunEnded(status)) host.say(`Run ${run} ${words(status)}.`);
    else host.say(`Run ${run} has not ended yet. See what it waits for: sluice show ${run}`);
    host.exitCode = interruption.exitCode() ?? (isRunEnded(status) ? EXIT.ok : EXIT.failed);
  } finally {
    interruption.release();
  }
}

async function untilEnded(runs: Installation['runs'], run: string, signal: AbortSignal): Promise<void> {
  const feed = await runs.feed(run);
  for await (const _ of feed.follow(0, signal)) if (signal.aborted) return;
}

function words(status: string): string {
  return status === 'cancelled' ? 'was cancelled' : status;
}
