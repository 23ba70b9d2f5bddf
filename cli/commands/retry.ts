/** `sluice retry RUN`: works again on parts of the same run. */
import type { Command } from 'commander';
import { doAndWatch, printPreview, readScope, type ScopeFlags } from '../again.ts';
import { newCommand } from '../command.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { forEachTarget, type TargetFlags, withTargets } from '../targets.ts';

interface RetryFlags extends TargetFlags, ScopeFlags {
  readonly preview?: boolean;
  readonly wait?: boolean;
}

export function retryCommand(host: Host): Command {
  const command = newCommand('retry', 'Works again on parts of the same run.', [
    'retry 01JD2Z3B4V5N6M7K8J9H0G1F2E',
    'retry 01JD2Z3B4V5N6M7K8J9H0G1F2E --from train --preview',
    "retry 01JD2Z3B4V5N6M7K8J9H0G1F2E --node 'resize[3]'",
    'retry --workflow nightly --status failed --yes',
  ]);
  return withTargets(command)
    .option('--failed', 'what failed, and what follows from it (default)')
    .option('--from <node...>', 'these nodes and everything downstream')
    .option('--node <node...>', 'these nodes alone')
    .option('--all', 'everything')
    .option('--preview', 'show what would run again and what would stay; change nothing')
    .option('--wait', 'show the run until its end, with its exit code')
    .action((run: string | undefined, flags: RetryFlags) => retry(host, run, flags));
}

function retry(host: Host, run: string | undefined, flags: RetryFlags): Promise<void> {
  const request = readScope(flags, 'failed');
  return withInstallation(host, { ...flags, use: flags.preview ? 'read' : 'write' }, async (installation) => {
    const { steering, driving } = installation;
    const ask = async (one: string) => {
      const { reset } = await steering.previewRetry(one, request);
      await steering.ask({ type: 'retry', run: one, ...request });
      return `Run ${one} goes on: ${reset.map(({ node }) => node).join(', ')} again.`;
    };
    if (run !== undefined && flags.preview)
      return printPreview(host, run, await steering.previewRetry(run, request), flags.json === true);
    if (run === undefined)
      return forEachTarget(host, installation, { run, flags, participle: 'retried' }, async (one) =>
        flags.preview ? previewText(one, (await steering.previewRetry(one, request)).reset) : ask(one),
      );
    const plans = await driving.plansOf(run);
    const act = async () => {
      host.say(await ask(run));
      return run;
    };
    return doAndWatch(host, installation, { plans, flags, act });
  });
}

function previewText(run: string, reset: readonly { readonly node: string }[]): string {
  return `Run ${run}: ${reset.map(({ node }) => node).join(', ')} would run again.`;
}
