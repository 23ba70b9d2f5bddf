/** On what, and with which versions, the figures were measured. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly redis: string;
  readonly bullmq: string;
  readonly ioredis: string;
  /** Load over the last minute before the start: well above 0 means that others were at work. */
  readonly load: number;
}

export function describeMachine(redis: string): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
    redis,
    bullmq: versionOf('bullmq'),
    ioredis: versionOf('ioredis'),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

function versionOf(library: string): string {
  const path = createRequire(import.meta.url).resolve(`${library}/package.json`);
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
  return version;
}
