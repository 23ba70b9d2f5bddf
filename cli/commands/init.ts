/** `sluice init [DIR]`: a small workflow that works, to begin with. Never overwrites anything. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { workflowJsonSchema } from '../../dsl/index.ts';
import { newCommand } from '../command.ts';
import { allExecutors } from '../compose/executors.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { explainSystemError } from '../system-error.ts';

const SCHEMA = 'workflow.schema.json';

const WORKFLOW = `# yaml-language-server: $schema=./${SCHEMA}
name: hello
description: Greets some people, all at once, and counts the greetings
inputs:
  people: { type: array, default: [Ada, Grace, Edsger] }
tasks:
  greet:
    foreach: \${{ inputs.people }}
    run: |
      echo "Hello, $NAME!"
      echo "text=Hello, $NAME!" >> "$SLUICE_OUTPUT"
    env: { NAME: "\${{ item }}" }
    outputs: { text: string }
  count:
    uses: transform
    with:
      value: { greetings: "\${{ length(tasks.greet.outputs.text) }}" }
outputs:
  greetings: \${{ tasks.count.outputs.greetings }}
  texts: \${{ tasks.greet.outputs.text }}
`;

const README = `# A Sluice workflow

Run it: \`sluice run workflow.yaml\`

With other inputs: \`sluice run workflow.yaml --input 'people=["Barbara", "Tony"]'\`
`;

export function initCommand(host: Host): Command {
  return newCommand('init', 'Writes a small workflow to begin with.', ['init', 'init my-flow'])
    .argument('[dir]', 'folder, made if it is not there', '.')
    .action((dir: string) => init(host, dir));
}

async function init(host: Host, dir: string): Promise<void> {
  const folder = resolve(host.cwd, dir);
  const schema = `${JSON.stringify(workflowJsonSchema(allExecutors(host.settings)), null, 2)}\n`;
  const files = new Map([
    ['workflow.yaml', WORKFLOW],
    [SCHEMA, schema],
    ['README.md', README],
  ]);
  const there = [...files.keys()].filter((name) => existsSync(join(folder, name)));
  if (there.length > 0) {
    throw new CliFailure(
      EXIT.usage,
      `${dir} has ${there.join(' and ')} already; nothing was written. Name another folder: sluice init my-flow`,
    );
  }
  await writeAll(folder, files, dir);
  const path = relative(host.cwd, folder);
  host.say(`Wrote ${[...files.keys()].join(', ')} to ${path || 'this folder'}.`);
  host.say(`Next: ${host.colors.cyan(`${path ? `cd ${path} && ` : ''}${callOf(host)} run workflow.yaml`)}`);
}

/** Whoever types `npx sluice init` has no `sluice` of their own on the path. */
function callOf({ settings }: Host): string {
  return settings.environment['npm_command'] === 'exec' ? 'npx sluice' : 'sluice';
}

async function writeAll(folder: string, files: ReadonlyMap<string, string>, dir: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, text] of files) await writeFile(join(folder, name), text, { flag: 'wx' });
  } catch (thrown) {
    const reason = explainSystemError(thrown);
    if (reason === undefined) throw thrown;
    throw new CliFailure(
      EXIT.usage,
      `The folder ${dir} cannot be written: ${reason}. Name one that you may write to: sluice init ~/my-flow`,
    );
  }
}
