/** Where artifacts are kept: in a bucket or folder that the user names. All roles must name the same. */
import { resolve } from 'node:path';
import { SluiceError } from '../engine/core/errors.ts';
import type { ArtifactStore } from '../engine/ports/artifact-store.ts';
import { createDirectoryArtifactStore } from '../engine/runtime/files/directory-artifact-store.ts';
import { createS3ArtifactStore } from '../engine/s3/artifact-store.ts';
import { isAddress, isBucket, readBucketPlace, type S3Settings } from './bucket-place.ts';

/** `s3://bucket/prefix`, or a folder below `directory` that all roles share. @throws SluiceError not_possible */
export function openArtifactPlace(place: string, directory: string, s3: S3Settings): ArtifactStore {
  if (isBucket(place)) return createS3ArtifactStore(readBucketPlace(place, s3));
  if (!isAddress(place)) return createDirectoryArtifactStore(resolve(directory, place));
  throw new SluiceError(
    'not_possible',
    `${place} is no place for artifacts: write s3://bucket/prefix, or a folder that all roles share.`,
  );
}
