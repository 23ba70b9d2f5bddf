import { describe, expect, it } from 'vitest';
import { createS3ArtifactStore } from '../../../engine/s3/artifact-store.ts';

const store = createS3ArtifactStore({
  endpoint: 'http://127.0.0.1:9',
  region: 'r',
  bucket: 'b',
  prefix: 'p',
  accessKeyId: 'a',
  secretAccessKey: 's',
});

describe('an object in a bucket', () => {
  it.each(['../../other/secret', '..', 'a/./b', 'a/../../b', '\ud800'])(
    'never leads out of it: %j',
    (name) => {
      expect(store.locate('01KDVDSG00000000000000000A', name)).toMatch(/^s3:\/\/b\/p\/01\w+\/_[0-9a-f]{64}$/);
      expect(store.locate(name, 'key')).toMatch(/^s3:\/\/b\/p\/_[0-9a-f]{64}\/key$/);
    },
  );

  it('of an ordinary name keeps it', () => {
    expect(store.locate('R', 'train/0a1b/model..bin')).toBe('s3://b/p/R/train/0a1b/model..bin');
  });
});
