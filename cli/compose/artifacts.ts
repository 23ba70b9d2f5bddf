/** Where artifacts are kept that the user names a place for; else they stand beside Redis. */
import { SluiceError } from '../../engine/core/errors.ts';
import type { ArtifactStore } from '../../engine/ports/artifact-store.ts';
import { openArtifactPlace } from '../../sdk/artifact-place.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';

/** Undefined: the user names none. @throws CliFailure */
export function namedArtifactStore(host: Host, flag: string | undefined): ArtifactStore | undefined {
  const place = flag ?? host.settings.artifacts;
  if (place === undefined) return undefined;
  try {
    return openArtifactPlace(place, host.cwd, host.settings.s3);
  } catch (thrown) {
    throw thrown instanceof SluiceError ? usageFailure(thrown.message) : thrown;
  }
}
