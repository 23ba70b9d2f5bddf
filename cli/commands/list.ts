/** `sluice list`: the runs that there are, newest first. */
import { type Command, InvalidArgumentError } from 'commander';
import { formatDuration } from '../../engine/core/duration.ts';
import { RUN_STATUSES, type RunStatus } from '../../engine/core/node-state.ts';
import type { RunList } from '../../server/contract/list.ts';
import { type InstallationFlags, newCommand, wholeNumber, withInstallationFlags } from '../command.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { readLabels, withLabels } from '../label-flag.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';
import { signOf, wordOf } from '../view/status-mark.ts';

interface ListFlags extends InstallationFlags {
  readonly namespace?: string;
  readonly workflow?: string;
  readonly status?: readonly RunStatus[];
  readonly awaiting?: true;
  readonly label?: readonly string[];
  readonly text?: string;
  readonly limit: number;
  readonly cursor?: string;
  readonly json?: boolean;
}

export function listCommand(host: Host): Command {
  const command = newCommand('list', 'Lists runs, newest first.', [
    'list',
    'list --status failed,cancelled --limit 5',
    'list --awaiting',
    'list --label team=data --text 2015',
    'list --workflow weather-report --json',
  ]);
  withInstallationFlags(command)
    .option('-w, --workflow <name>', 'only runs of this workflow')
    .option('--namespace <name>', 'only runs of this namespace')
    .option('--status <list>', 'only runs in one of these statuses', readStatuses)
    .option('--awaiting', 'only runs in which an approval or a signal is waited for');
  return withLabels(command, 'only runs with this label')
    .option('--text <text>', 'only runs with this text in id, workflow or a label')
    .option('-n, --limit <n>', 'how many', wholeNumber, 20)
    .option('--cursor <text>', 'go on where an earlier list ended (`next`)')
    .option('--json', 'print one JSON document')
    .action((flags: ListFlags) => list(host, flags));
}

function list(host: Host, flags: ListFlags): Promise<void> {
  const { namespace, workflow, status, awaiting, label, text, limit, cursor } = flags;
  const filter = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(status === undefined ? {} : { status }),
    ...(awaiting ? { awaiting } : {}),
    ...(label === undefined ? {} : { labels: readLabels(label) }),
    ...(text === undefined ? {} : { text }),
  };
  return withInstallation(host, { ...flags, use: 'read' }, async ({ runs }) => {
    const found = await runs.list(filter, limit, cursor);
    if (flags.json) host.print(JSON.stringify(found, null, 2));
    else printTable(host, found);
  });
}

function readStatuses(text: string): readonly RunStatus[] {
  return text.split(',').map((word) => {
    const status = RUN_STATUSES.find((one) => one === word.trim());
    if (status === undefined)
      throw new InvalidArgumentError(`There is no status "${word}"; there are ${RUN_STATUSES.join(', ')}.`);
    return status;
  });
}

function printTable(host: Host, { runs, next }: RunList): void {
  if (runs.length === 0) return host.say('No runs match. `sluice run workflow.yaml` makes one.');
  const colors = host.outColors;
  const rows = runs.map(({ id, workflow, status, awaiting, created_at, finished_at }) => [
    id,
    plainText(workflow),
    `${signOf(status, colors)} ${wordOf(status, colors)}${awaiting > 0 ? `, ${awaiting} awaiting` : ''}`,
    created_at.replace(/\.\d+Z$/, 'Z'),
    finished_at === null ? '' : formatDuration(Date.parse(finished_at) - Date.parse(created_at)),
  ]);
  const columns = [
    { title: 'Run' },
    { title: 'Workflow' },
    { title: 'Status' },
    { title: 'Created' },
    { title: 'Took', isNumber: true },
  ];
  for (const line of formatTable(columns, rows)) host.print(line);
  if (next !== null) host.say(host.colors.dim(`There are more: --cursor ${next}`));
}
