/** The metrics of a process, and what all processes measure: Redis. */
import type { MetricRow } from '../../monitoring/metrics.ts';
import { Metrics } from '../../monitoring/registry.ts';
import { readVersion } from '../version.ts';
import type { Engine } from './engine.ts';

/** Patience with Redis at a scrape, ms: less than that of a scraper. */
const PATIENCE_MS = 2_000;

export function roleMetrics(roles: readonly MetricRow['of'][]): Metrics {
  const metrics = new Metrics(roles);
  for (const role of roles) metrics.set('sluice_info', 1, { version: readVersion(), role });
  return metrics;
}

export function measureRedis({ roleStore }: Engine, metrics: Metrics): void {
  metrics.beforeScrape(async () => {
    metrics.set('sluice_redis_up', 0);
    const from = performance.now();
    const used = await withinTime(roleStore.memoryUsed(), PATIENCE_MS);
    metrics.set('sluice_redis_up', 1);
    metrics.set('sluice_redis_seconds', (performance.now() - from) / 1_000);
    metrics.set('sluice_redis_memory_used_ratio', used);
  });
}

/** @throws Error when it takes longer */
export function withinTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
