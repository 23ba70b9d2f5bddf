/** Places in buckets, `s3://bucket/prefix`, and what their service is told. */
import { SluiceError } from '../engine/core/errors.ts';
import type { S3Place } from '../engine/s3/requests.ts';

/** SLUICE_S3_…, else what AWS' own tools read. */
export interface S3Settings {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly sessionToken: string | undefined;
}

export function readS3Settings(environment: { readonly [name: string]: string | undefined }): S3Settings {
  const read = (own: string, usual: string) =>
    environment[`SLUICE_S3_${own}`] || environment[usual] || undefined;
  const region = read('REGION', 'AWS_REGION') ?? 'us-east-1';
  return {
    region,
    endpoint: read('ENDPOINT', 'AWS_ENDPOINT_URL_S3') ?? `https://s3.${region}.amazonaws.com`,
    accessKeyId: read('ACCESS_KEY_ID', 'AWS_ACCESS_KEY_ID'),
    secretAccessKey: read('SECRET_ACCESS_KEY', 'AWS_SECRET_ACCESS_KEY'),
    sessionToken: read('SESSION_TOKEN', 'AWS_SESSION_TOKEN'),
  };
}

/** A scheme, so no folder. */
export function isAddress(place: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(place);
}

export function isBucket(place: string): boolean {
  return place.startsWith('s3://');
}

/** @throws SluiceError not_possible */
export function readBucketPlace(place: string, s3: S3Settings): S3Place & { readonly prefix: string } {
  const [bucket = '', ...folders] = place.slice('s3://'.length).split('/');
  const { accessKeyId, secretAccessKey } = s3;
  if (!/^[a-z0-9][a-z0-9._-]{1,62}$/i.test(bucket)) {
    throw refused(`${place} names no bucket; write s3://bucket or s3://bucket/prefix.`);
  }
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw refused(`${place} needs a key: set SLUICE_S3_ACCESS_KEY_ID and SLUICE_S3_SECRET_ACCESS_KEY.`);
  }
  if (!URL.canParse(s3.endpoint)) {
    throw refused(
      `SLUICE_S3_ENDPOINT must be an address such as https://s3.example.com, but is ${s3.endpoint}.`,
    );
  }
  return { ...s3, accessKeyId, secretAccessKey, bucket, prefix: folders.join('/') };
}

function refused(message: string): SluiceError {
  return new SluiceError('not_possible', message);
}
