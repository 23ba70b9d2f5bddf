/** `sluice cost`: what runs cost, by workflow or by day. */
import { type Command, Option } from 'commander';
import { DAY_MS, MAX_COST_DAYS } from '../../engine/core/cost.ts';
import type { CostReport } from '../../engine/runtime/client/cost-report.ts';
import { duration, type InstallationFlags, newCommand, withInstallationFlags } from '../command.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';

interface CostFlags extends InstallationFlags {
  readonly namespace: string;
  readonly workflow?: string;
  readonly since: number;
  readonly by?: 'workflow' | 'day';
  readonly json?: boolean;
}

export function costCommand(host: Host): Command {
  const command = newCommand('cost', 'Shows what runs cost, by workflow or by day.', [
    'cost',
    'cost --since 7d --by day',
    'cost --workflow nightly-etl --since 365d --json',
  ]);
  return withInstallationFlags(command)
    .option('--namespace <name>', 'namespace of the runs', 'default')
    .option('--workflow <name>', 'only runs of this workflow')
    .option('--since <duration>', 'today and the days before, by UTC', duration, 30 * DAY_MS)
    .addOption(
      new Option('--by <what>', 'what is added up (default: workflow, and day with --workflow)').choices([
        'workflow',
        'day',
      ]),
    )
    .option('--json', 'print one JSON document')
    .action(({ namespace, workflow, since, by, json, ...flags }: CostFlags) => {
      const days = daysOf(since);
      return withInstallation(host, { ...flags, use: 'read' }, async (installation) => {
        const report = await installation.cost({ namespace, workflow, days });
        if (json) return host.print(JSON.stringify(report, null, 2));
        if (report.total === 0) return host.say(nothingIn(report));
        for (const line of linesOf(report, by ?? (workflow === undefined ? 'workflow' : 'day')))
          host.print(line);
      });
    });
}

function daysOf(since: number): number {
  const days = Math.ceil(since / DAY_MS);
  if (days >= 1 && days <= MAX_COST_DAYS) return days;
  throw usageFailure(`--since goes back 1 to ${MAX_COST_DAYS} days, such as 30d`);
}

function nothingIn({ workflow, namespace, days }: CostReport): string {
  const what = workflow === null ? `Runs of the namespace ${namespace}` : `Runs of ${plainText(workflow)}`;
  return `${what} have cost nothing since ${days[0]?.day}. A task costs what it reports, or its time by the rate \`cost\`.`;
}

function linesOf({ workflows, days, total }: CostReport, by: 'workflow' | 'day'): string[] {
  const rows =
    by === 'workflow'
      ? workflows.map(({ workflow, cost }) => [plainText(workflow), String(cost)])
      : days.map(({ day, cost }) => [day, String(cost)]);
  const title = by === 'workflow' ? 'Workflow' : 'Day';
  return formatTable([{ title }, { title: 'Cost', isNumber: true }], [...rows, ['total', String(total)]]);
}
