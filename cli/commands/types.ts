/** `sluice types FILE`: TypeScript types of the inputs and outputs of a file's workflows. */
import type { Command } from 'commander';
import { writeTypes } from '../../sdk/write-types.ts';
import { newCommand } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { compileFile, reportDiagnostics } from '../workflow-file.ts';

export function typesCommand(host: Host): Command {
  return newCommand('types', 'Writes TypeScript types of inputs and outputs.', [
    'types workflow.yaml',
    'types workflow.yaml > workflow.types.ts',
    'types flows/*.yaml > flows.types.ts',
  ])
    .argument('<file...>', 'workflow files')
    .action((files: string[]) => {
      const compiled = files.map((file) => compileFile(host, file));
      const isClean = compiled.map((one) => reportDiagnostics(host, one)).every((clean) => clean);
      if (!isClean) throw new CliFailure(EXIT.usage, 'There are mistakes; no types were written.');
      host.print(writeTypes(compiled.flatMap(({ plans }) => plans)).trimEnd());
    });
}
