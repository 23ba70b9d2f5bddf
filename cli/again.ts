/** What `retry`, `rerun` and `mark` have in common: the preview, and what follows once it is asked for. */
import type { Plan } from '../engine/core/plan.ts';
import type { ResetRequest } from '../engine/core/rerun/reset-plan.ts';
import type { ChildFate } from '../engine/runtime/client/child-fates.ts';
import { EXIT } from './exit-code.ts';
import { usageFailure } from './failure.ts';
import type { Host } from './host.ts';
import type { Installation } from './installation/installation.ts';
import type { Preview } from './installation/steering.ts';
import { listenForInterruption } from './interruption.ts';
import type { OutputFlags } from './run-watching.ts';
import { createDisplay, exitCodeOfRun } from './run-watching.ts';
import { formatTable } from './view/columns.ts';
import { plainText } from './view/plain-text.ts';

export interface ScopeFlags {
  readonly failed?: boolean;
  readonly from?: readonly string[];
  readonly node?: readonly string[];
  readonly all?: boolean;
}

/** @throws CliFailure when more than one is given */
export function readScope(flags: ScopeFlags, fallback: 'failed' | 'all'): ResetRequest {
  const { failed, from, node, all } = flags;
  const given = [failed, from, node, all].filter((one) => one !== undefined && one !== false);
  if (given.length > 1) throw usageFailure('Give one of --failed, --from, --node, --all.');
  if (from) return { scope: 'from', nodes: from };
  if (node) return { scope: 'node', nodes: node };
  return { scope: all ? 'all' : failed ? 'failed' : fallback };
}

/** Sub-workflows that a preview lists for people. */
const LISTED_CHILDREN = 20;

/** Lists what runs again and what stays, and why; on stdout, since it is what was asked for. */
export function printPreview(host: Host, run: string, preview: Preview, isJson: boolean): void {
  const { reset, kept, children } = preview;
  if (isJson) return host.print(JSON.stringify({ run, reset, kept, children }, null, 2));
  const rows = [
    ...reset.map(({ node, why }) => [host.outColors.yellow('again'), plainText(node), why]),
    ...kept.map(({ node, why }) => [host.outColors.dim('stays'), plainText(node), why]),
  ];
  const columns = [{ title: '' }, { title: 'Node' }, { title: 'Why' }];
  for (const line of formatTable(columns, rows)) host.print(line);
  printChildren(host, children);
}

/** Runs of sub-workflows stay as they are; a node that runs again starts another one. */
function printChildren(host: Host, children: readonly ChildFate[]): void {
  if (children.length === 0) return;
  const rows = children
    .slice(0, LISTED_CHILDREN)
    .map(({ node, workflow, run, becomes }) => [
      becomes === 'replaced' ? host.outColors.yellow('new run') : host.outColors.dim('stays'),
      plainText(node),
      plainText(workflow),
      becomes === 'replaced' ? `instead of ${run}` : run,
    ]);
  const columns = [{ title: '' }, { title: 'Node' }, { title: 'Sub-workflow' }, { title: 'Run' }];
  host.print('');
  for (const line of formatTable(columns, rows)) host.print(line);
  const more = children.length - rows.length;
  if (more > 0) host.print(`… and ${more} more; --json lists all`);
}

export interface Doing {
  /** Of the run and of the sub-workflows that it may start. */
  readonly plans: readonly Plan[];
  readonly flags: OutputFlags & { readonly wait?: boolean };
  /** Whether it makes a new run, whose id then is what the command gives. */
  readonly isNew?: boolean;
  /** Answers the run to be watched. */
  readonly act: () => Promise<string>;
}

/** Does it; shows the run until its end when asked to, or when nobody else would bring it there. */
export async function doAndWatch(
  host: Host,
  installation: Installation,
  { plans, flags, act, isNew }: Doing,
): Promise<void> {
  const { driving } = installation;
  const alone = await driving.isAlone();
  const work = async () => {
    const run = await act();
    if (flags.wait || alone) return watch(host, installation, run, flags);
    if (flags.json) host.print(JSON.stringify({ run }));
    else if (isNew) host.print(run);
    else host.say(`Its end: sluice watch ${run}`);
  };
  await (alone ? driving.whileDriving(plans, work) : work());
}

async function watch(host: Host, { runs }: Installation, run: string, flags: OutputFlags): Promise<void> {
  const interruption = listenForInterruption();
  const view = await createDisplay(host, flags).watch(runs, run, interruption.signal);
  interruption.release();
  if (view === undefined) host.say(`Not waiting any longer. See: sluice show ${run}`);
  host.exitCode = view === undefined ? (interruption.exitCode() ?? EXIT.interrupted) : exitCodeOfRun(view);
}
