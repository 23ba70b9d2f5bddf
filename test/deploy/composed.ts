/** As much of `docker compose` as deploy/compose.yaml needs, on the API of a Docker engine: the test machines have no compose. */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type Docker from 'dockerode';
import { type ComposeService, composeServices } from './deployments.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Composed {
  start(service: string): Promise<void>;
  /** `sluice …` in the container of the worker. */
  sluice(...args: readonly string[]): Promise<Ended>;
  inWorker(script: string): Promise<Ended>;
  /** Asks the health check itself until it is content. @throws with what it said last */
  untilHealthy(service: string): Promise<void>;
  /** The processes of a service as `top` shows them. */
  processes(service: string): Promise<string>;
  /** SIGTERM, and SIGKILL after the service's grace period. Resolves to the exit code. */
  stop(service: string): Promise<number>;
  remove(): Promise<void>;
}

const NETWORK = 'sluice-test';
const PASSWORD = 'test-password';

export async function createComposed(
  docker: Docker,
  options: { readonly redisImage: string },
): Promise<Composed> {
  const services = composeServices();
  const network = await docker.createNetwork({ Name: NETWORK });
  const started = new Map<string, Docker.Container>();
  const container = (name: string) => {
    const found = started.get(name);
    if (found === undefined) throw new Error(`The service ${name} was not started.`);
    return found;
  };
  const execute = (name: string, command: readonly string[]) => executeIn(docker, container(name), command);
  return {
    async start(name) {
      const service = services.get(name);
      if (service === undefined) throw new Error(`compose.yaml has no service ${name}.`);
      const created = await docker.createContainer(optionsOf(name, service, options.redisImage));
      started.set(name, created);
      await created.start();
      if (name === 'redis') await untilLogged(created, 'Ready to accept connections');
    },
    sluice: (...args) => execute('worker', ['sluice', ...args]),
    inWorker: (script) => execute('worker', ['sh', '-c', script]),
    async untilHealthy(name) {
      const { Config } = await docker.getImage('sluice').inspect();
      const [, ...check] =
        (Config as { readonly Healthcheck?: { readonly Test?: readonly string[] } }).Healthcheck?.Test ?? [];
      const deadline = Date.now() + 30_000;
      for (;;) {
        const said = await execute(name, check);
        if (said.code === 0) return;
        if (Date.now() > deadline)
          throw new Error(`${name}: ${said.stdout}${said.stderr}${await logsOf(container(name))}`);
        await pause(250);
      }
    },
    async processes(name) {
      const { Processes } = await container(name).top();
      return Processes.map((columns: readonly string[]) => columns.join(' ')).join('\n');
    },
    async stop(name) {
      const grace = Number.parseInt(services.get(name)?.stop_grace_period ?? '10', 10);
      await container(name).stop({ t: grace });
      return (await container(name).inspect()).State.ExitCode;
    },
    async remove() {
      for (const one of started.values()) await one.remove({ force: true, v: true });
      await network.remove();
    },
  };
}

function optionsOf(name: string, service: ComposeService, redisImage: string): Docker.ContainerCreateOptions {
  const filled = (text: string) => text.replace(/\$\{REDIS_PASSWORD:[^}]*\}/g, PASSWORD);
  const tmpfs = (service.tmpfs ?? []).map((line): [string, string] => {
    const [path = '', flags = ''] = line.split(':');
    return [path, flags];
  });
  return {
    name,
    Image: name === 'redis' ? redisImage : 'sluice',
    Cmd: service.command.map(filled),
    Env: Object.entries(service.environment).map(([key, value]) => `${key}=${filled(value)}`),
    ...(name === 'redis' ? { WorkingDir: '/data' } : {}),
    HostConfig: {
      NetworkMode: NETWORK,
      ReadonlyRootfs: service.read_only ?? false,
      Tmpfs: Object.fromEntries(tmpfs),
      CapDrop: [...(service.cap_drop ?? [])],
      SecurityOpt: (service.security_opt ?? []).map((option) => option.replace(':true', '')),
    },
  };
}

async function executeIn(
  docker: Docker,
  container: Docker.Container,
  command: readonly string[],
): Promise<Ended> {
  const run = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  const stream = await run.start({});
  const out = { stdout: '', stderr: '' };
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  stdout.on('data', (chunk: Buffer) => {
    out.stdout += chunk.toString();
  });
  stderr.on('data', (chunk: Buffer) => {
    out.stderr += chunk.toString();
  });
  docker.modem.demuxStream(stream, stdout, stderr);
  await once(stream, 'end');
  return { code: (await run.inspect()).ExitCode, ...out };
}

async function logsOf(container: Docker.Container): Promise<string> {
  return (await container.logs({ stdout: true, stderr: true, tail: 50 })).toString();
}

async function untilLogged(container: Docker.Container, text: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await logsOf(container)).includes(text)) {
    if (Date.now() > deadline) throw new Error(`It never wrote "${text}": ${await logsOf(container)}`);
    await pause(100);
  }
}
