/** The metrics of one process, made from the table. The only file that knows prom-client. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { METRICS, type MetricName, type MetricRow } from './metrics.ts';

export type Labels = { readonly [name: string]: string };

/** What a scrape asks for first: sets gauges. Never rejects for long: a part that fails is left as it was. */
export type Collect = () => void | Promise<void>;

const MOST_VALUES = 100;

export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<MetricName, Counter>();
  readonly #gauges = new Map<MetricName, Gauge>();
  readonly #histograms = new Map<MetricName, Histogram>();
  readonly #collects: Collect[] = [];
  /** Values seen of labels whose values users make, such as queues. */
  readonly #values = new Set<string>();

  constructor(roles: readonly MetricRow['of'][]) {
    collectDefaultMetrics({ register: this.#registry });
    const rows: readonly (readonly [string, MetricRow])[] = Object.entries(METRICS);
    for (const [name, row] of rows)
      if (row.of === 'all' || roles.includes(row.of)) this.#make(name as MetricName, row);
  }

  #make(name: MetricName, { kind, help, labels, buckets = [] }: MetricRow): void {
    const base = { name, help, labelNames: [...labels], registers: [this.#registry] };
    if (kind === 'counter') this.#counters.set(name, new Counter(base));
    else if (kind === 'gauge') this.#gauges.set(name, new Gauge(base));
    else this.#histograms.set(name, new Histogram({ ...base, buckets: [...buckets] }));
  }

  /** Of a role that this process does not have: nothing happens. */
  count(name: MetricName, by = 1, labels: Labels = {}): void {
    this.#counters.get(name)?.inc(labels, by);
  }

  set(name: MetricName, value: number, labels: Labels = {}): void {
    this.#gauges.get(name)?.set(labels, value);
  }

  /** Forgets all values of a gauge with labels, so that what is not there any more does not stay. */
  clear(name: MetricName): void {
    this.#gauges.get(name)?.reset();
  }

  /** @param seconds in seconds */
  observe(name: MetricName, seconds: number, labels: Labels = {}): void {
    this.#histograms.get(name)?.observe(labels, seconds);
  }

  /** A value that users make: beyond a hundred, all others are one. */
  bounded(value: string): string {
    if (this.#values.has(value)) return value;
    if (this.#values.size >= MOST_VALUES) return 'other';
    this.#values.add(value);
    return value;
  }

  beforeScrape(collect: Collect): void {
    this.#collects.push(collect);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In the text format of Prometheus. */
  async text(): Promise<string> {
    await Promise.all(this.#collects.map(async (collect) => collect()).map((one) => one.catch(() => {})));
    return this.#registry.metrics();
  }
}
