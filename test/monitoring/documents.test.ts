/** The page, the dashboard and the rules for alerts name the metrics that there are, and the page all of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { EVENT_TYPES } from '../../engine/core/event.ts';
import { METRICS, type MetricRow } from '../../monitoring/metrics.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const read = (name: string) => readFileSync(join(DOCS, name), 'utf8');
const rows: ReadonlyMap<string, MetricRow> = new Map(Object.entries(METRICS));

/** The expressions of PromQL in a document. */
function expressions(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(expressions);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    name === 'expr' && typeof one === 'string' ? [one] : expressions(one),
  );
}

function series(kind: MetricRow['kind'], name: string): string[] {
  return kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

const known = new Map([...rows].flatMap(([name, row]) => series(row.kind, name).map((one) => [one, row])));

describe.each([
  ['the dashboard', JSON.parse(read('monitoring/dashboard.json')) as unknown],
  ['the rules for alerts', parse(read('monitoring/alerts.yaml')) as unknown],
])('%s', (_, document) => {
  const all = expressions(document);

  it('names metrics that there are', () => {
    expect(all.length).toBeGreaterThan(8);
    for (const expr of all)
      for (const [name] of expr.matchAll(/\bsluice_\w+/g)) expect([...known.keys()]).toContain(name);
  });

  it('names labels that they have', () => {
    for (const expr of all) {
      const names = [...expr.matchAll(/\bsluice_\w+/g)].map(([name]) => known.get(name));
      const labels = new Set(['le', 'instance', 'job', ...names.flatMap((row) => row?.labels ?? [])]);
      for (const [, list = ''] of expr.matchAll(/\bby \(([^)]*)\)/g))
        for (const label of list.split(',')) expect(labels).toContain(label.trim());
      for (const [, label = ''] of expr.matchAll(/[{,]\s*(\w+)\s*=~?/g)) expect(labels).toContain(label);
    }
  });

  it('names types of events that there are', () => {
    for (const expr of all)
      for (const [, types = ''] of expr.matchAll(/type=~?"([^"]*)"/g))
        for (const type of types.split('|')) expect(EVENT_TYPES).toContain(type);
  });
});

describe('docs/monitoring.md', () => {
  it('lists every metric as the table has it', () => {
    const listed = read('monitoring.md').match(/^\| `sluice_.*$/gm);
    expect(listed).toEqual(
      [...rows].map(
        ([name, { kind, labels, of, help }]) =>
          `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(' ')} | ${of} | ${help} |`,
      ),
    );
  });
});

describe('the table', () => {
  it('has no label that could have a value for each run', () => {
    const names = new Set([...rows.values()].flatMap(({ labels }) => labels));
    expect([...names].sort()).toEqual([
      'operation',
      'outcome',
      'queue',
      'reply',
      'role',
      'rule',
      'state',
      'status',
      'type',
      'version',
    ]);
  });

  it('keeps to the usual names', () => {
    for (const [name, { kind, buckets, help }] of rows) {
      expect(name.endsWith('_total'), name).toBe(kind === 'counter');
      expect(buckets !== undefined, name).toBe(kind === 'histogram');
      if (kind === 'histogram') expect(name).toMatch(/_seconds$/);
      expect(help).toMatch(/^[A-Z1].*(\.|…)$/s);
    }
  });
});
