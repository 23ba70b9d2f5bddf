/** `sluice graph FILE`: draws the graph of a workflow. */
import { type Command, Option } from 'commander';
import { newCommand } from '../command.ts';
import { GRAPH_FORMATS, type GraphFormat } from '../graph/index.ts';
import type { Host } from '../host.ts';
import { loadPlan } from '../workflow-file.ts';

interface GraphFlags {
  readonly format: GraphFormat;
  readonly workflow?: string;
}

export function graphCommand(host: Host): Command {
  return newCommand('graph', 'Draws the graph of a workflow.', [
    'graph workflow.yaml',
    'graph workflow.yaml --format svg > graph.svg',
    'graph workflow.yaml --format ascii',
  ])
    .argument('<file>', 'workflow file')
    .addOption(
      new Option('-f, --format <format>', 'how').choices(Object.keys(GRAPH_FORMATS)).default('mermaid'),
    )
    .option('-w, --workflow <name>', 'workflow of a file with several (default: the first)')
    .action(async (file: string, { format, workflow }: GraphFlags) => {
      const { plan } = loadPlan(host, file, workflow);
      host.print(await GRAPH_FORMATS[format](plan));
    });
}
