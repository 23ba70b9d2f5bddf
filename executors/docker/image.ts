/** Makes sure that an image is there, as `pull` says. */
import type Docker from 'dockerode';
import { type ExecutionContext, TaskFailure } from '../../engine/ports/executor.ts';
import { stopFailure } from '../stop-failure.ts';
import { engineFailure, plainMessage, statusOf } from './engine.ts';
import type { DockerOptions } from './options.ts';

export async function ensureImage(
  docker: Docker,
  { image, pull }: DockerOptions,
  context: ExecutionContext,
): Promise<void> {
  if (pull !== 'always' && (await isThere(docker, image))) return;
  if (pull === 'never') {
    const text = `The image \`${image}\` is not on this machine, and \`pull: never\` fetches none. Load it here, or write \`pull: missing\`.`;
    throw new TaskFailure('docker_error', text);
  }
  context.log.line('system', `Fetching the image ${image}.`);
  try {
    const stream = await docker.pull(fullName(image), { abortSignal: context.signal });
    await new Promise<void>((resolve, reject) => {
      const end = () => (stream as NodeJS.ReadableStream & { destroy?(): void }).destroy?.();
      context.signal.addEventListener('abort', end, { once: true });
      docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
      stream.once('close', () => resolve());
    });
  } catch (thrown) {
    if (context.signal.aborted) throw stopFailure(context.signal);
    throw pullFailure(thrown, image);
  }
  if (context.signal.aborted) throw stopFailure(context.signal);
}

async function isThere(docker: Docker, image: string): Promise<boolean> {
  try {
    await docker.getImage(image).inspect();
    return true;
  } catch (thrown) {
    if (statusOf(thrown) === 404) return false;
    throw engineFailure(thrown, `The image \`${image}\` cannot be looked at`);
  }
}

/** Without a tag the engine would fetch all of them. */
function fullName(image: string): string {
  return /[@:][^/]*$/.test(image) ? image : `${image}:latest`;
}

function pullFailure(thrown: unknown, image: string): TaskFailure {
  if (statusOf(thrown) === undefined)
    return engineFailure(thrown, `The image \`${image}\` could not be fetched`);
  const text = `The image \`${image}\` could not be fetched: ${plainMessage(thrown)} Check its name, and that this machine may fetch it.`;
  return new TaskFailure('docker_error', text);
}
