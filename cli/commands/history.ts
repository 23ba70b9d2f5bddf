/** `sluice history NAME`: the versions of a workflow. */
import type { Command } from 'commander';
import { newCommand, type RedisFlags, withRedis } from '../command.ts';
import { definitionsOf } from '../compose/definitions.ts';
import { withEngine } from '../compose/with-engine.ts';
import type { Host } from '../host.ts';
import { formatTable } from '../view/columns.ts';

interface HistoryFlags extends RedisFlags {
  readonly namespace: string;
  readonly json?: boolean;
}

const COLUMNS = [
  { title: 'Version', isNumber: true },
  { title: 'Applied' },
  { title: 'Plan' },
  { title: '' },
];

export function historyCommand(host: Host): Command {
  const command = newCommand('history', 'Lists the versions of a workflow.', [
    'history nightly-etl',
    'history nightly-etl --namespace billing',
    'history nightly-etl --json',
  ]).argument('<workflow>', 'name of the workflow');
  return withRedis(command)
    .option('--namespace <name>', 'namespace of the workflow', 'default')
    .option('--json', 'print one JSON document')
    .action((name: string, flags: HistoryFlags) =>
      withEngine(host, { ...flags, use: 'read' }, async (engine) => {
        const definition = await definitionsOf(engine, 0).history(flags.namespace, name);
        const versions = [...definition.versions].reverse().map((version) => ({
          version: version.number,
          current: version.number === definition.current,
          plan: version.plan,
          applied_at: new Date(version.appliedAt).toISOString(),
        }));
        if (flags.json) {
          const { namespace } = definition;
          return host.print(JSON.stringify({ format: 1, namespace, name, versions }, null, 2));
        }
        const rows = versions.map(({ version, current, plan, applied_at }) => [
          String(version),
          applied_at.replace(/\.\d+Z$/, 'Z'),
          plan.slice(0, 12),
          current ? host.outColors.green('current') : '',
        ]);
        for (const line of formatTable(COLUMNS, rows)) host.print(line);
      }),
    );
}
