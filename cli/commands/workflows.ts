/** `sluice workflows`: the workflows that were applied. */
import type { Command } from 'commander';
import { newCommand, type RedisFlags, withRedis } from '../command.ts';
import { definitionsOf } from '../compose/definitions.ts';
import { withEngine } from '../compose/with-engine.ts';
import type { Host } from '../host.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';

interface WorkflowsFlags extends RedisFlags {
  readonly namespace?: string;
  readonly json?: boolean;
}

const COLUMNS = [
  { title: 'Workflow' },
  { title: 'Namespace' },
  { title: 'Version', isNumber: true },
  { title: 'Tasks', isNumber: true },
  { title: 'Schedules', isNumber: true },
  { title: 'Applied' },
  { title: 'Description' },
];

export function workflowsCommand(host: Host): Command {
  const command = newCommand('workflows', 'Lists the workflows that were applied.', [
    'workflows',
    'workflows --namespace billing',
    'workflows --json',
  ]);
  return withRedis(command)
    .option('--namespace <name>', 'only those of this namespace')
    .option('--json', 'print one JSON document')
    .action((flags: WorkflowsFlags) =>
      withEngine(host, { ...flags, use: 'read' }, async (engine) => {
        const all = await definitionsOf(engine, 0).list();
        const lines = all.filter(
          (line) => flags.namespace === undefined || line.namespace === flags.namespace,
        );
        const workflows = lines.map((line) => ({
          namespace: line.namespace,
          name: line.name,
          version: line.version,
          plan: line.plan,
          tasks: line.tasks,
          schedules: line.schedules.length,
          applied_at: new Date(line.appliedAt).toISOString(),
          description: line.description ?? null,
        }));
        if (flags.json) return host.print(JSON.stringify({ format: 1, workflows }, null, 2));
        if (workflows.length === 0)
          return host.say('No workflow was applied. `sluice apply DIR` stores those of a folder.');
        const rows = workflows.map((one) => [
          plainText(one.name),
          plainText(one.namespace),
          String(one.version),
          String(one.tasks),
          String(one.schedules),
          one.applied_at.replace(/\.\d+Z$/, 'Z'),
          plainText(one.description ?? '').split('\n')[0] ?? '',
        ]);
        for (const line of formatTable(COLUMNS, rows)) host.print(line);
      }),
    );
}
