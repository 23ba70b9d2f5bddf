/**
 * The Docker engine that containers of Redis run on: the one that is there (`DOCKER_HOST`, or the usual socket), else one of the tests'
 * own. What testcontainers needs to find it stands in `process.env` until `stop`.
 */
import { existsSync } from 'node:fs';
import Docker from 'dockerode';
import { findRedisBinary } from '../../engine/redis/embedded/index.ts';
import { startDocker, whyNoDocker } from './docker.ts';
import { makeProgramImage } from './program-image.ts';
import { REDIS_CACHE } from './redis-cache.ts';

export interface ContainerEngine {
  readonly docker: Docker;
  /** For `DOCKER_HOST`. */
  readonly host: string;
  /** Ends it when it is the tests' own; takes back what was set in the environment. */
  stop(): Promise<void>;
}

/** The image that is made of the Redis or Valkey of this machine, for where no registry can be reached. */
export const LOCAL_IMAGE = 'sluice-test-redis:local';

const USUAL_SOCKET = '/var/run/docker.sock';

/** Why there is none and none can be started; undefined when there is. */
export function whyNoContainers(): string | undefined {
  return process.env['DOCKER_HOST'] || existsSync(USUAL_SOCKET) ? undefined : whyNoDocker();
}

export async function containerEngine(): Promise<ContainerEngine> {
  const given =
    process.env['DOCKER_HOST'] ?? (existsSync(USUAL_SOCKET) ? `unix://${USUAL_SOCKET}` : undefined);
  if (given !== undefined) return { docker: dockerAt(given), host: given, stop: async () => {} };
  const own = await startDocker();
  // What would remove containers of tests that were killed is an image of a registry; this engine goes with all that is on it.
  const restore = setEnvironment({ DOCKER_HOST: own.host, TESTCONTAINERS_RYUK_DISABLED: 'true' });
  const stop = async () => {
    restore();
    await own.stop();
  };
  return { docker: own.docker, host: own.host, stop };
}

/** Makes the local image where it is asked for; any other name is the registry's, and testcontainers fetches it. */
export async function provideImage(docker: Docker, image: string): Promise<string> {
  if (image !== 'local' && image !== LOCAL_IMAGE) return image;
  const existing = await docker
    .getImage(LOCAL_IMAGE)
    .inspect()
    .catch(() => undefined);
  if (existing !== undefined) return LOCAL_IMAGE;
  const { path, libraryPath } = await findRedisBinary({ cacheDirectory: REDIS_CACHE, env: process.env });
  return makeProgramImage(docker, {
    tag: LOCAL_IMAGE,
    programs: { [path]: ['/usr/local/bin/redis-server'] },
    libraryPath,
  });
}

function dockerAt(host: string): Docker {
  const socketPath = /^unix:\/\/(.+)$/.exec(host)?.[1];
  if (socketPath !== undefined) return new Docker({ socketPath });
  const { hostname, port } = new URL(host);
  return new Docker({ host: hostname, port: Number(port) });
}

function setEnvironment(values: { readonly [name: string]: string }): () => void {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  return () => {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  };
}
