/** `sluice artifacts RUN`: the files that tasks of a run kept; `sluice artifacts get` fetches one. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ArtifactRef } from '../../engine/core/ticket.ts';
import {
  findKept,
  type KeptArtifact,
  keptIn,
  plainFileName,
} from '../../engine/runtime/client/kept-artifacts.ts';
import { type InstallationFlags, newCommand, withArtifacts, withInstallationFlags } from '../command.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import type { Runs } from '../installation/runs.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';

export function artifactsCommand(host: Host): Command {
  const command = newCommand('artifacts', 'Lists the files that a run kept, and fetches them.', [
    'artifacts 01JD2Z3B4V5N6M7K8J9H0G1F2E',
    'artifacts get 01JD2Z3B4V5N6M7K8J9H0G1F2E train model -o model.bin',
  ]).argument('<run>', 'id of the run');
  return withArtifacts(withInstallationFlags(command))
    .option('--json', 'print one JSON document')
    .addCommand(getCommand(host))
    .action((run: string, { json, ...flags }: InstallationFlags & { readonly json?: boolean }) =>
      withInstallation(host, { ...flags, use: 'read' }, async ({ runs }) => {
        const kept = keptIn(await runs.show(run));
        if (json)
          return host.print(
            JSON.stringify({ format: 1, artifacts: kept.map((one) => row(runs, one)) }, null, 2),
          );
        if (kept.length === 0) return host.say(`Run ${run} has kept no files.`);
        printTable(host, runs, kept);
      }),
    );
}

function row(runs: Runs, { node, ref }: KeptArtifact) {
  const { run, artifact, name, bytes, sha256 } = ref;
  return {
    node,
    name,
    bytes,
    sha256,
    run,
    key: artifact,
    place: runs.locate(run, artifact) ?? null,
  };
}

function printTable(host: Host, runs: Runs, kept: readonly KeptArtifact[]): void {
  const columns = [
    { title: 'Node' },
    { title: 'Name' },
    { title: 'Bytes', isNumber: true },
    { title: 'Place' },
  ];
  const cells = kept.map((one) => {
    const { node, name, bytes, place, key } = row(runs, one);
    return [plainText(node), plainText(name), String(bytes), plainText(place ?? key)];
  });
  for (const line of formatTable(columns, cells)) host.print(line);
}

interface GetFlags extends InstallationFlags {
  readonly output?: string;
  readonly force?: boolean;
}

function getCommand(host: Host): Command {
  const command = newCommand('get', 'Fetches a file that a task kept.', [
    'artifacts get 01JD2Z3B4V5N6M7K8J9H0G1F2E train model',
    "artifacts get 01JD2Z3B4V5N6M7K8J9H0G1F2E 'resize[3]' image -o - > image.png",
  ])
    .argument('<run>', 'id of the run')
    .argument('<node>', 'task, or node of a fan-out')
    .argument('<name>', 'name of the artifact');
  return withArtifacts(withInstallationFlags(command))
    .option('-o, --output <file>', 'where to write it; - is stdout (default: its file name)')
    .option('-f, --force', 'write over a file that is there')
    .action((run: string, node: string, name: string, flags: GetFlags, self: Command) =>
      withInstallation(host, { ...self.optsWithGlobals(), use: 'read' }, async ({ runs }) => {
        const ref = findKept(await runs.show(run), node, name);
        await write(host, fileName(ref), await runs.fetchArtifact(run, node, ref), flags);
      }),
    );
}

function fileName(ref: ArtifactRef): string {
  const name = plainFileName(ref);
  if (name !== undefined) return name;
  throw usageFailure(
    `"${ref.name}" has no file name that can be taken as it is; say where to write it with -o.`,
  );
}

async function write(host: Host, own: string, bytes: Uint8Array, { output, force }: GetFlags): Promise<void> {
  if (output === '-') {
    await new Promise<void>((done, fail) =>
      host.stdout.write(bytes, (error) => (error ? fail(error) : done())),
    );
    return;
  }
  const file = output ?? own;
  try {
    // Without force neither a file nor a link that is there is written through.
    await writeFile(resolve(host.cwd, file), bytes, { flag: force ? 'w' : 'wx' });
  } catch (thrown) {
    const isThere = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
    if (isThere)
      throw usageFailure(
        `${file} is there already; name another file with -o, or write over it with --force.`,
      );
    throw thrown;
  }
  host.say(`Wrote ${file} (${bytes.length} bytes).`);
}
