/** No room on a disk: what was promised stays, what cannot be taken is refused, and all goes on once there is room. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { canMakeDisks } from '../support/small-disk.ts';
import { FAULTS } from './nemesis/index.ts';
import { storm } from './storm.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disk-'));
});

afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

const DISK_BYTES = 32 * 1_024 ** 2;

it.runIf(canMakeDisks()).each(['everysec', 'always'] as const)(
  'keeps every promise while there is no room for the append-only file, appendfsync %s',
  { timeout: 120_000 },
  async (appendfsync) => {
    const faults = FAULTS.filter(({ name }) => name === 'Redis without room on its disk');
    const result = await storm({
      folder,
      seed: 3,
      forMs: 8_000,
      runs: 12,
      nodes: 12,
      faults: faults.map((fault) => ({ ...fault, perMinute: 15 })),
      strength: 1,
      patienceMs: 60_000,
      orchestrators: 1,
      workers: 2,
      slots: 8,
      appendfsync,
      diskBytes: DISK_BYTES,
    });
    expect(result.violations).toEqual([]);
    expect(result.stuck).toBe(0);
    expect(result.runs).toBeGreaterThan(6);
    expect([...result.faults.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  },
);
