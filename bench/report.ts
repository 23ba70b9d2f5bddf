/** Turns samples into the table for people and the document for programs. */
import type { ContenderName } from './contender/contender.ts';
import type { Machine } from './machine.ts';
import type { Samples } from './measure-all.ts';
import { ALL, median, type Scenario, type Target, type Unit } from './scenario/scenario.ts';

export interface Comparison {
  /** What Sluice's figure is divided by; absent: the figure by itself. */
  readonly against?: ContenderName;
  readonly value: number;
  readonly limit?: string;
  readonly met?: boolean;
}

export interface ScenarioReport {
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  readonly medians: { readonly [contender in ContenderName]?: number };
  readonly comparisons: readonly Comparison[];
  /** Raw, in the order of the rounds. */
  readonly samples: { readonly [contender in ContenderName]?: readonly number[] };
}

export interface BenchReport {
  readonly machine: Machine;
  readonly rounds: number;
  readonly concurrency: number;
  readonly scale: number;
  readonly scenarios: readonly ScenarioReport[];
}

export function reportScenario(scenario: Scenario, samples: Samples): ScenarioReport {
  const found = samples.get(scenario.name) ?? new Map<ContenderName, number[]>();
  const { name, title, unit } = scenario;
  const medians = Object.fromEntries([...found].map(([contender, values]) => [contender, median(values)]));
  const comparisons = scenario.targets.flatMap((target) => compare(target, medians));
  return { name, title, unit, medians, comparisons, samples: Object.fromEntries(found) };
}

function compare(target: Target, medians: ScenarioReport['medians']): Comparison[] {
  const { against, atLeast, atMost } = target;
  const own = medians.sluice;
  const other = against === undefined ? 1 : medians[against];
  if (own === undefined || other === undefined) return [];
  const value = own / other;
  const named = against === undefined ? { value } : { against, value };
  if (atLeast !== undefined) return [{ ...named, limit: `≥ ${atLeast}`, met: value >= atLeast }];
  if (atMost !== undefined) return [{ ...named, limit: `≤ ${atMost}`, met: value <= atMost }];
  return [named];
}

/** The report as Markdown, as it stands in docs/performance.md. */
export function renderReport(report: BenchReport): string {
  const { machine, rounds, concurrency } = report;
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; load before the start ${machine.load}`,
    `Node ${machine.node}, Redis ${machine.redis}, bullmq ${machine.bullmq}, ioredis ${machine.ioredis}`,
    `median of ${rounds} interleaved rounds, concurrency ${concurrency}, one worker process a side; all work was counted`,
    '',
    '| measure | unit | BullMQ | FlowProducer | Sluice | ratio | limit |',
    '|---|---|---|---|---|---|---|',
    ...report.scenarios.map(renderRow),
  ];
  if (report.scale !== 1) lines.push('', `Sizes were scaled by ${report.scale}: these figures mean nothing.`);
  return `${lines.join('\n')}\n`;
}

function renderRow(scenario: ScenarioReport): string {
  const figures = ALL.map((name) => formatFigure(scenario.medians[name]));
  const ratios = scenario.comparisons.map(({ against, value }) =>
    against === undefined ? formatFigure(value) : `${formatFigure(value)} × ${LABELS[against]}`,
  );
  const limits = scenario.comparisons.map(({ limit, met }) => (limit ? `${limit} ${met ? '✓' : '✗'}` : '–'));
  const cells = [scenario.title, scenario.unit, ...figures, ratios.join('<br>'), limits.join('<br>')];
  return `| ${cells.join(' | ')} |`;
}

const LABELS: Record<ContenderName, string> = { bullmq: 'BullMQ', flow: 'Flow', sluice: 'Sluice' };

function formatFigure(value: number | undefined): string {
  if (value === undefined) return '–';
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2);
}
