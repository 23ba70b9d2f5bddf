/** `sluice validate FILE…`: all mistakes of workflow files at once, without Redis. */
import type { Command } from 'commander';
import { newCommand } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import type { Host } from '../host.ts';
import { warnOfDifferingLimits } from '../view/differing-limits.ts';
import { type CompiledFile, checkTogether, compileFile, reportDiagnostics } from '../workflow-file.ts';

export function validateCommand(host: Host): Command {
  return newCommand('validate', 'Shows all mistakes of workflow files.', [
    'validate workflow.yaml',
    'validate flows/*.yaml',
    'validate workflow.yaml --json',
  ])
    .argument('<file...>', 'workflow files')
    .option('--json', 'print workflows and mistakes as one JSON document')
    .action((files: string[], flags: { readonly json?: boolean }) => {
      const compiled = checkTogether(files.map((file) => compileFile(host, file)));
      warnOfDifferingLimits(
        host,
        compiled.flatMap(({ plans }) => plans),
      );
      const isClean = flags.json ? printJson(host, compiled) : printWords(host, compiled);
      if (!isClean) host.exitCode = EXIT.usage;
    });
}

function printWords(host: Host, files: readonly CompiledFile[]): boolean {
  let isClean = true;
  for (const compiled of files) {
    if (!reportDiagnostics(host, compiled)) isClean = false;
    else host.print(`${host.outColors.green('✓')} ${compiled.file.path}: ${describe(compiled)}`);
  }
  return isClean;
}

function describe({ plans }: CompiledFile): string {
  return plans
    .map(({ name, tasks }) => `${name} (${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'})`)
    .join(', ');
}

function printJson(host: Host, files: readonly CompiledFile[]): boolean {
  const diagnostics = files.flatMap((file) => file.diagnostics);
  const isClean = diagnostics.every(({ severity }) => severity !== 'error');
  const workflows = files.flatMap(({ file, plans }) =>
    plans.map(({ namespace, name, hash, tasks }) => ({
      file: file.path,
      namespace,
      name,
      version: hash,
      tasks: tasks.map(({ id }) => id),
    })),
  );
  host.print(JSON.stringify({ format: 1, valid: isClean, workflows, diagnostics }, null, 2));
  return isClean;
}
