/** `sluice schema NAME`: JSON Schemas of the language and of what Sluice prints. */
import { Argument, type Command } from 'commander';
import { workflowJsonSchema } from '../../dsl/index.ts';
import { newCommand } from '../command.ts';
import { allExecutors } from '../compose/executors.ts';
import { CONTRACT_NAMES, type ContractName, contractSchema } from '../contract/index.ts';
import type { Host } from '../host.ts';

export function schemaCommand(host: Host): Command {
  return newCommand('schema', 'Prints a JSON Schema of files or output.', [
    'schema > workflow.schema.json',
    'schema run',
  ])
    .addArgument(
      new Argument('[name]', 'which schema').choices(['workflow', ...CONTRACT_NAMES]).default('workflow'),
    )
    .action((name: 'workflow' | ContractName) => {
      const schema =
        name === 'workflow' ? workflowJsonSchema(allExecutors(host.settings)) : contractSchema(name);
      host.print(JSON.stringify(schema, null, 2));
    });
}
