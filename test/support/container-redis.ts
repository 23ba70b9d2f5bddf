/**
 * A Redis or Valkey in a container that a test may pause, cut off and kill; `TEST_REDIS_IMAGE` names the image, `local` means the program of
 * this machine. Its data is in a folder of this machine and stays over restarts.
 */
import { chmod, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { type ContainerEngine, containerEngine, provideImage } from './container-engine.ts';
import type { PrivateRedis, PrivateRedisOptions } from './private-redis.ts';

const PORT = 6_379;
/** Asked for by nobody else on a test machine: the block that is set aside for tests between hosts of one's own. */
const SUBNET = (at: number) => `198.18.${at}.0/24`;

/** One that runs. */
interface Place {
  readonly engine: ContainerEngine;
  readonly image: string;
  readonly directory: string;
  /** Of a network; without, the container has that of this machine. */
  readonly network?: string;
}

/** A Redis with an address of its own on a network of containers. */
export interface NetworkedRedis {
  readonly connection: { readonly url: string };
  readonly url: string;
  /** Freezes all of it, as `docker pause` does. */
  pause(): Promise<void>;
  unpause(): Promise<void>;
  /** Takes it off its network: what is sent to it is lost, and nobody says so. */
  disconnect(): Promise<void>;
  /** Puts it back where it was. */
  reconnect(): Promise<void>;
  /** Ends it, and all that this test had of containers. */
  stop(): Promise<void>;
}

/** Reached by a socket as a private Redis is, with this machine's network, so that ports in its arguments mean the same. */
export async function containerRedis(options: PrivateRedisOptions = {}): Promise<PrivateRedis> {
  const { appendfsync = 'everysec', extraArgs: always = [], data, diskBytes } = options;
  if (diskBytes !== undefined) throw new Error('A Redis in a container has no small disk.');
  const engine = await containerEngine();
  const image = process.env['TEST_REDIS_IMAGE'] || 'redis:7-alpine';
  const directory = await dataFolder();
  if (data !== undefined) await cp(data, directory, { recursive: true });
  const path = join(directory, 'run', 'redis.sock');
  const socket = ['--port', '0', '--unixsocket', path, '--unixsocketperm', '777'];
  const start = (extraArgs: readonly string[] = []) =>
    startContainer({ engine, image, directory }, [
      ...storing(directory, appendfsync),
      ...socket,
      ...always,
      ...extraArgs,
    ]);
  let current: Running | undefined = await start();
  const running = () => {
    if (current === undefined) throw new Error('The container with the Redis of this test does not run.');
    return current;
  };
  const end = async () => {
    await current?.container.unpause().catch(() => {});
    await current?.stop();
    current = undefined;
  };
  return {
    connection: { path },
    directory,
    disk: undefined,
    get pid() {
      return running().pid;
    },
    get isRunning() {
      return current !== undefined;
    },
    freeze: () => void running().container.pause(),
    // Also one that was not frozen.
    thaw: () =>
      void running()
        .container.unpause()
        .catch(() => {}),
    async kill9() {
      await running().container.kill();
      await end();
    },
    async restart(extraArgs) {
      await end();
      current = await start(extraArgs);
    },
    async stop() {
      await end();
      await rm(directory, { recursive: true, force: true });
      await engine.stop();
    },
  };
}

/** Reached over a network of containers, at an address that it keeps. */
export async function networkedRedis(engine: ContainerEngine, image: string): Promise<NetworkedRedis> {
  const { docker } = engine;
  const network = await createNetwork(docker);
  const directory = await dataFolder();
  const place = { engine, image, directory, network: network.name };
  const listening = ['--bind', '0.0.0.0', '--protected-mode', 'no', '--port', String(PORT)];
  const { container, stop } = await startContainer(place, [...storing(directory, 'everysec'), ...listening]);
  const ip = await addressOf(container, network.name);
  const url = `redis://${ip}:${PORT}`;
  return {
    connection: { url },
    url,
    pause: async () => void (await container.pause()),
    unpause: async () => void (await container.unpause()),
    disconnect: async () =>
      void (await docker.getNetwork(network.id).disconnect({ Container: container.id, Force: true })),
    reconnect: async () =>
      void (await docker.getNetwork(network.id).connect({
        Container: container.id,
        EndpointConfig: { IPAMConfig: { IPv4Address: ip } },
      })),
    async stop() {
      await container.unpause().catch(() => {});
      await stop();
      await docker.getNetwork(network.id).remove();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface Running {
  readonly container: Docker.Container;
  readonly pid: number;
  stop(): Promise<void>;
}

async function startContainer(place: Place, extraArgs: readonly string[]): Promise<Running> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const { docker } = place.engine;
  const image = await provideImage(docker, place.image);
  const program = image.includes('valkey') ? 'valkey-server' : 'redis-server';
  const started = await new GenericContainer(image)
    .withNetworkMode(place.network ?? 'host')
    .withBindMounts([{ source: place.directory, target: place.directory, mode: 'rw' }])
    .withCommand([program, ...extraArgs])
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/i))
    .start();
  const container = docker.getContainer(started.getId());
  const { State } = await container.inspect();
  return { container, pid: State.Pid, stop: async () => void (await started.stop({ remove: true })) };
}

function storing(directory: string, appendfsync: string): readonly string[] {
  const always = ['--dir', directory, '--appendonly', 'yes', '--appendfsync', appendfsync, '--save', ''];
  return [...always, '--aof-load-truncated', 'yes', '--maxmemory-policy', 'noeviction'];
}

/** Whoever the image runs its server as may write here. */
async function dataFolder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-container-'));
  await mkdir(join(directory, 'run'));
  for (const folder of [directory, join(directory, 'run')]) await chmod(folder, 0o777);
  return directory;
}

/** A container can keep its address only on a network whose addresses were given. */
async function createNetwork(docker: Docker): Promise<{ readonly name: string; readonly id: string }> {
  for (let at = 0; at < 64; at++) {
    const name = `sluice-test-${process.pid}-${at}`;
    const IPAM = { Driver: 'default', Config: [{ Subnet: SUBNET((process.pid + at) % 256) }] };
    // Another test has it.
    const made = await docker.createNetwork({ Name: name, IPAM }).catch(() => undefined);
    if (made !== undefined) return { name, id: made.id };
  }
  throw new Error('The Docker engine gave no network for the containers of this test.');
}

async function addressOf(container: Docker.Container, network: string): Promise<string> {
  const { NetworkSettings } = await container.inspect();
  const address = NetworkSettings.Networks[network]?.IPAddress;
  if (address === undefined) throw new Error(`The container has no address on ${network}.`);
  return address;
}
