/** The connection to the Docker engine of this machine. The library is loaded when the first container is asked for. */
import type Docker from 'dockerode';
import { messageOf } from '../../engine/core/errors.ts';
import { TaskFailure } from '../../engine/ports/executor.ts';

const DEFAULT_HOST = 'unix:///var/run/docker.sock';

/** @throws TaskFailure `docker_error` for an address that is not understood. */
export async function connectEngine(host = DEFAULT_HOST): Promise<Docker> {
  const { default: Client } = await import('dockerode');
  const [, kind, rest = ''] = /^(unix|tcp|http):\/\/(.+)$/.exec(host) ?? [];
  if (kind === 'unix') return new Client({ socketPath: rest });
  if (kind !== undefined) {
    const { hostname, port } = new URL(`http://${rest}`);
    return new Client({ protocol: 'http', host: hostname, port: port === '' ? 2375 : Number(port) });
  }
  throw new TaskFailure(
    'docker_error',
    `DOCKER_HOST is ${JSON.stringify(host)}; a worker takes unix:///PATH or tcp://HOST:PORT.`,
  );
}

/** The engine's refusal in a sentence. */
export function engineFailure(thrown: unknown, what: string): TaskFailure {
  if (thrown instanceof TaskFailure) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (['ENOENT', 'ECONNREFUSED', 'EACCES', 'ENOTFOUND', 'EHOSTUNREACH'].includes(code)) {
    const advice =
      code === 'EACCES'
        ? 'The user of the worker may not use its socket: add it to the group docker.'
        : 'Start it on the machine of this worker, or set DOCKER_HOST; or give the task a `queue` of workers that have one.';
    return new TaskFailure('docker_error', `The Docker engine does not answer (${code}). ${advice}`);
  }
  return new TaskFailure('docker_error', `${what}: ${plainMessage(thrown)}`);
}

/** `(HTTP code 404) no such container - …` without what the library adds. */
export function plainMessage(thrown: unknown): string {
  const inner = thrown instanceof Error && 'json' in thrown ? thrown.json : undefined;
  const said =
    typeof inner === 'object' && inner !== null && 'message' in inner
      ? String(inner.message)
      : messageOf(thrown);
  return said.trim().replace(/([^.!?])$/, '$1.');
}

export function statusOf(thrown: unknown): number | undefined {
  const status = thrown instanceof Error && 'statusCode' in thrown ? thrown.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}
