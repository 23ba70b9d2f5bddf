/**
 * `uses: docker`: a program in a container of the engine on the worker's machine. Promises: nothing of the worker's environment
 * passes; the container has no privileges, and sees only the attempt's folders and allowed mounts; it never outlives the attempt,
 * and what a killed worker left is removed by the next one here.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import type Docker from 'dockerode';
import type { ContainerCreateOptions } from 'dockerode';
import type { JsonObject } from '../../engine/core/json.ts';
import { type ExecutionContext, TaskFailure, type WorkerExecutor } from '../../engine/ports/executor.ts';
import { withCostFile } from '../cost-of-file.ts';
import { attemptEnvironment } from '../environment.ts';
import { LineTail } from '../line-tail.ts';
import { checkOptions } from '../options.ts';
import { readOutputs } from '../outputs-of-file.ts';
import type { ExecutorSettings } from '../settings.ts';
import { linkSource } from '../source-links.ts';
import { type ContainerEnd, runContainer } from './container.ts';
import { connectEngine } from './engine.ts';
import { isOrphan, OWNER_FILTER, ownLabels } from './identity.ts';
import { ensureImage } from './image.ts';
import { bindsFor } from './mount.ts';
import { bytesOf, type DockerOptions, dockerOptions } from './options.ts';

/** Exit code of a program that SIGKILL ended. */
const KILLED = 137;

/** Processes and threads of one container. A fork bomb ends there. */
const MAX_PROCESSES = 4_096;

export function dockerExecutor(settings: ExecutorSettings = {}): WorkerExecutor {
  const { environment = {} } = settings;
  const list = (name: string) => (environment[name] ?? '').split(':').filter((one) => one !== '');
  const policy = {
    roots: list('SLUICE_DOCKER_MOUNTS'),
    networks: list('SLUICE_DOCKER_NETWORKS'),
    users: list('SLUICE_DOCKER_USERS'),
  };
  let connected: Promise<Docker> | undefined;
  const connect = () => {
    connected ??= connectEngine(environment['DOCKER_HOST']).then((docker) => {
      void removeOrphans(docker);
      return docker;
    });
    return connected;
  };
  return {
    place: 'worker',
    name: 'docker',
    summary: 'Runs a program in a container and takes its outputs from the file `$SLUICE_OUTPUT`.',
    options: dockerOptions,
    async run(options, context) {
      const checked = checkOptions(dockerOptions, 'docker', options);
      checkNetwork(checked.network, policy.networks);
      checkUser(checked.user, policy.users);
      const docker = await connect();
      const scratch = await mkdtemp(join(tmpdir(), 'sluice-docker-'));
      try {
        return await runIn(docker, scratch, { options: checked, context, roots: policy.roots });
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
  };
}

interface Work {
  readonly options: DockerOptions;
  readonly context: ExecutionContext;
  readonly roots: readonly string[];
}

async function runIn(
  docker: Docker,
  scratch: string,
  { options, context, roots }: Work,
): Promise<JsonObject> {
  const binds = await bindsFor(options, context, { scratch, roots });
  const outputFile = join(scratch, 'output');
  const costFile = join(scratch, 'cost');
  const script = join(scratch, 'script');
  for (const file of [outputFile, costFile]) await writeFile(file, '', { mode: 0o600 });
  if (options.run !== undefined) await writeFile(script, options.run, { mode: 0o600 });
  await linkSource(context);
  await ensureImage(docker, options, context);
  const tail = new LineTail();
  const wanted = containerOf({ options, context, binds, outputFile, costFile, script });
  await withCostFile(costFile, context, async () => {
    const end = await runContainer(docker, wanted, { context, tail });
    if (end.exitCode !== 0) throw endFailure(end, options, tail);
  });
  return readOutputs(outputFile, context);
}

interface Parts {
  readonly options: DockerOptions;
  readonly context: ExecutionContext;
  readonly binds: readonly string[];
  readonly outputFile: string;
  readonly costFile: string;
  readonly script: string;
}

function containerOf({
  options,
  context,
  binds,
  outputFile,
  costFile,
  script,
}: Parts): ContainerCreateOptions {
  const files = { SLUICE_OUTPUT: outputFile, SLUICE_COST: costFile };
  const env = { ...attemptEnvironment({}, context), ...files };
  const memory = options.memory === undefined ? undefined : bytesOf(options.memory);
  const user = options.user ?? ownUser();
  return {
    Image: options.image,
    ...programOf(options, context, script),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    WorkingDir: workingDirectory(context),
    ...(user === undefined ? {} : { User: user }),
    Labels: { ...ownLabels(), 'sluice.run': context.run, 'sluice.task': context.task },
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      Binds: [...binds],
      NetworkMode: options.network,
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: MAX_PROCESSES,
      LogConfig: { Type: 'none', Config: {} },
      ...(memory === undefined ? {} : { Memory: memory, MemorySwap: memory }),
      ...(options.cpus === undefined ? {} : { NanoCpus: Math.round(options.cpus * 1e9) }),
    },
  };
}

/** A script stands in for the image's own entry point, which would take it as an argument. */
function programOf({ run, command }: DockerOptions, context: ExecutionContext, script: string) {
  if (run !== undefined) return { Entrypoint: [...shellOf(context), script], Cmd: [] };
  return command === undefined ? {} : { Cmd: command.map(String) };
}

function shellOf({ shell }: ExecutionContext): string[] {
  return shell === undefined ? ['/bin/sh', '-e'] : shell.trim().split(/\s+/);
}

/** What the container writes belongs to the user of the worker, who must read and remove it. */
function ownUser(): string | undefined {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  return uid === undefined || gid === undefined ? undefined : `${uid}:${gid}`;
}

/** Absolute: a folder of the image. Relative: of the attempt. */
function workingDirectory({ cwd, directory }: ExecutionContext): string {
  const path = resolve(directory, cwd ?? '.');
  if (cwd?.startsWith('/') === true || !relative(directory, path).startsWith('..')) return path;
  const text = `The directory \`cwd: ${cwd}\` leads out of the working directory of the attempt.`;
  throw new TaskFailure('invalid_options', text);
}

/** Networks of others, and the machine's own, could reach what the worker should not give away. */
function checkNetwork(network: string, allowed: readonly string[]): void {
  if (['bridge', 'none', ...allowed].includes(network)) return;
  const text = `The network \`${network}\` is not one of those that this worker allows (bridge, none${allowed.map((one) => `, ${one}`).join('')}; SLUICE_DOCKER_NETWORKS names more).`;
  throw new TaskFailure('invalid_options', text);
}

/** Another user could leave files in the attempt's folder that act for that user outside of the container. */
function checkUser(user: string | undefined, allowed: readonly string[]): void {
  if (user === undefined || user === ownUser() || allowed.includes(user)) return;
  const text = `The user \`${user}\` is not one that this worker allows: leave \`user\` out for the worker's own, or name it in SLUICE_DOCKER_USERS of the worker.`;
  throw new TaskFailure('invalid_options', text);
}

function endFailure(
  { exitCode, isOutOfMemory }: ContainerEnd,
  options: DockerOptions,
  tail: LineTail,
): TaskFailure {
  const limit = options.memory ?? 'the machine';
  // A program that the container's own shell started may be the one that was ended; the engine then does not say why.
  const isProbable = exitCode === KILLED && options.memory !== undefined;
  const surely = isOutOfMemory ? ` It used more memory than its limit of ${limit}.` : '';
  const why =
    surely || (isProbable ? ` It was killed: perhaps it used more memory than its limit of ${limit}.` : '');
  const text = `The process in the container ended with exit code ${exitCode}.${why}${tail}`;
  return new TaskFailure('exit_code', text, { exit_code: exitCode });
}

/** Containers of workers of this machine that were killed. Never rejects: what cannot be removed stays for the next. */
async function removeOrphans(docker: Docker): Promise<void> {
  const found = await docker.listContainers({ all: true, filters: OWNER_FILTER }).catch(() => []);
  const orphans = found.filter(({ Labels }) => isOrphan(Labels));
  await Promise.all(
    orphans.map(({ Id }) =>
      docker
        .getContainer(Id)
        .remove({ force: true, v: true })
        .catch(() => {}),
    ),
  );
}
