/** `sluice artifacts RUN`: the files that tasks of a run kept; `sluice artifacts get` fetches one. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ArtifactRef } from '../../engine/core/ticket.ts';
import {
  fetchKept,
  findKept,
  type KeptArtifact,
  keptIn,
  plainFileName,
} from '../../engine/runtime/client/kept-artifacts.ts';
import { newCommand, type RedisFlags, withArtifacts, withRedis } from '../command.ts';
import type { Engine } from '../compose/engine.ts';
import { withEngine } from '../compose/with-engine.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';

export function artifactsCommand(host: Host): Command {
  const command = newCommand('artifacts', 'Lists the files that a run kept, and fetches them.', [
    'artifacts 01JD2Z3B4V5N6M7K8J9H0G1F2E',
    'artifacts get 01JD2Z3B4V5N6M7K8J9H0G1F2E train model -o model.bin',
  ]).argument('<run>', 'id of the run');
  return withArtifacts(withRedis(command))
    .option('--json', 'print one JSON document')
    .addCommand(getCommand(host))
    .action((run: string, { json, ...flags }: RedisFlags & { readonly json?: boolean }) =>
      withEngine(host, { ...flags, use: 'read' }, async (engine) => {
        const kept = keptIn(await engine.client.show(run));
        if (json)
          return host.print(
            JSON.stringify({ format: 1, artifacts: kept.map((one) => row(engine, one)) }, null, 2),
          );
        if (kept.length === 0) return host.say(`Run ${run} has kept no files.`);
        printTable(host, engine, kept);
      }),
    );
}

function row(engine: Engine, { node, ref }: KeptArtifact) {
  const { run, artifact, name, bytes, sha256 } = ref;
  return {
    node,
    name,
    bytes,
    sha256,
    run,
    key: artifact,
    place: engine.artifacts.locate(run, artifact) ?? null,
  };
}

function printTable(host: Host, engine: Engine, kept: readonly KeptArtifact[]): void {
  const columns = [
    { title: 'Node' },
    { title: 'Name' },
    { title: 'Bytes', isNumber: true },
    { title: 'Place' },
  ];
  const cells = kept.map((one) => {
    const { node, name, bytes, place, key } = row(engine, one);
    return [plainText(node), plainText(name), String(bytes), plainText(place ?? key)];
  });
  for (const line of formatTable(columns, cells)) host.print(line);
}

interface GetFlags extends RedisFlags {
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
  return withArtifacts(withRedis(command))
    .option('-o, --output <file>', 'where to write it; - is stdout (default: its file name)')
    .option('-f, --force', 'write over a file that is there')
    .action((run: string, node: string, name: string, flags: GetFlags, self: Command) =>
      withEngine(host, { ...self.optsWithGlobals(), use: 'read' }, async (engine) => {
        const ref = findKept(await engine.client.show(run), node, name);
        await write(host, fileName(ref), await fetchKept(engine.artifacts, ref), flags);
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
