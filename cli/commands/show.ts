/** `sluice show RUN`: one run as it stands, or its history. */
import type { Command } from 'commander';
import type { RunStatus } from '../../engine/core/node-state.ts';
import type { EventView, RunView } from '../../engine/runtime/client/run-view.ts';
import { type InstallationFlags, newCommand, withInstallationFlags } from '../command.ts';
import type { Host } from '../host.ts';
import type { Installation } from '../installation/installation.ts';
import { withInstallation } from '../installation/open.ts';
import { tellMissingRoles } from '../missing-roles.ts';
import { formatTable } from '../view/columns.ts';
import { allowedTasks } from '../view/failed-nodes.ts';
import { failureLines } from '../view/failure-block.ts';
import { describeEvent } from '../view/line-view.ts';
import { plainText } from '../view/plain-text.ts';
import { MAX_CHILDREN, relationLines } from '../view/relation-lines.ts';
import { summaryLines } from '../view/summary.ts';

interface ShowFlags extends InstallationFlags {
  readonly json?: boolean;
  readonly events?: boolean;
}

export function showCommand(host: Host): Command {
  const command = newCommand('show', 'Shows a run, or its history.', [
    'show 01JD2Z3B4V5N6M7K8J9H0G1F2E',
    'show 01JD2Z3B4V5N6M7K8J9H0G1F2E --json',
    'show 01JD2Z3B4V5N6M7K8J9H0G1F2E --events',
  ]).argument('<run>', 'id of the run');
  return withInstallationFlags(command)
    .option('--events', 'show the history in order')
    .option('--json', 'print one JSON document')
    .action((run: string, flags: ShowFlags) =>
      withInstallation(host, { ...flags, use: 'read' }, (installation) =>
        flags.events ? showEvents(host, installation, run, flags) : showRun(host, installation, run, flags),
      ),
    );
}

async function showRun(host: Host, installation: Installation, run: string, flags: ShowFlags): Promise<void> {
  const { runs } = installation;
  const view = await runs.show(run);
  if (flags.json) return host.print(JSON.stringify(view, null, 2));
  const plan = await runs.plan(run);
  const { outColors: colors, cwd } = host;
  const lines = [
    ...inputLines(view),
    ...relationLines(view, colors, await childStatuses(runs, view)),
    ...summaryLines(view, { colors, allowed: allowedTasks(plan), files: runs, cwd, withOutputs: true }),
    ...(view.status === 'failed'
      ? failureLines(view, { plan, tails: new Map(), colors, folder: undefined })
      : []),
  ];
  host.print(lines.join('\n').replace(/^\n/, ''));
  await tellMissingRoles(host, installation, { plan, status: view.status });
}

/** One that cannot be read (any more) is left out. */
async function childStatuses(
  runs: Installation['runs'],
  { nodes }: RunView,
): Promise<Map<string, RunStatus>> {
  const children = nodes.flatMap(({ child }) => (child === null ? [] : [child])).slice(0, MAX_CHILDREN);
  const found = await Promise.all(
    children.map((child) =>
      runs.head(child).then(
        ({ status }) => [[child, status] as const],
        () => [],
      ),
    ),
  );
  return new Map(found.flat());
}

function inputLines({ inputs }: RunView): string[] {
  return Object.entries(inputs).map(([name, value]) => plainText(`input ${name}: ${JSON.stringify(value)}`));
}

async function showEvents(host: Host, { runs }: Installation, run: string, flags: ShowFlags): Promise<void> {
  const events = await runs.events(run);
  if (flags.json) return host.print(JSON.stringify(events, null, 2));
  const columns = [
    { title: 'Seq', isNumber: true },
    { title: 'At' },
    { title: 'Event' },
    { title: 'Node' },
    { title: '' },
  ];
  for (const line of formatTable(columns, events.map(eventRow))) host.print(line);
}

function eventRow(event: EventView): string[] {
  const isFirst = event.attempt === null || event.attempt === 1;
  const node = `${event.node ?? ''}${isFirst ? '' : ` (attempt ${event.attempt})`}`;
  return [String(event.seq), event.at, event.type, plainText(node), wordsOf(event)];
}

/** What the type of the event does not say by itself. */
function wordsOf(event: EventView): string {
  if (event.type === 'node.started') return plainText(String(event['worker'] ?? ''));
  const isTold = event['error'] !== undefined || event['until'] !== undefined || event['count'] !== undefined;
  return isTold ? (describeEvent(event, undefined) ?? '') : whoAndWhy(event);
}

/** Who asked for it, and why, of what people do to runs. */
function whoAndWhy({ by, reason }: EventView): string {
  const who = typeof by === 'string' ? [`by ${by}`] : [];
  return plainText([...who, ...(typeof reason === 'string' ? [reason] : [])].join(': '));
}
