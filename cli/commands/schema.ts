/** `sluice schema NAME`: JSON Schemas of the language and of what Sluice prints. */
import { Argument, type Command } from 'commander';
import { workflowJsonSchema } from '../../dsl/index.ts';
import { testFileJsonSchema } from '../../testing/test-file/json-schema.ts';
import { newCommand } from '../command.ts';
import { allExecutors } from '../compose/executors.ts';
import { configJsonSchema } from '../config-file/schema.ts';
import { CONTRACT_NAMES, type ContractName, contractSchema } from '../contract/index.ts';
import type { Host } from '../host.ts';

export function schemaCommand(host: Host): Command {
  return newCommand('schema', 'Prints a JSON Schema of files or output.', [
    'schema > workflow.schema.json',
    'schema run',
  ])
    .addArgument(
      new Argument('[name]', 'which schema')
        .choices(['workflow', 'test', 'config', ...CONTRACT_NAMES])
        .default('workflow'),
    )
    .action((name: SchemaName) => {
      host.print(JSON.stringify(schemaOf(host, name), null, 2));
    });
}

type SchemaName = 'workflow' | 'test' | 'config' | ContractName;

function schemaOf(host: Host, name: SchemaName) {
  if (name === 'workflow') return workflowJsonSchema(allExecutors(host.settings));
  if (name === 'config') return configJsonSchema();
  return name === 'test' ? testFileJsonSchema() : contractSchema(name);
}
