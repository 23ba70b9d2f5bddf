/** The comparisons as Markdown, as they stand in docs/performance.md. */
import { type Comparison, FIGURES, meanRatio, WORKERS } from './compare.ts';

/** Of the budget, for later runs: mean over contended cases. */
export const MAKESPAN_LIMIT = 1.07;

const HEADER = [
  '| | cases | Sluice, first run | Sluice, later runs | first in, first out | FlowProducer’s order | Sluice ÷ tighter bound | first in, first out ÷ tighter bound |',
  '|---|---|---|---|---|---|---|---|',
];

export function renderTable(found: readonly Comparison[]): string {
  const contended = found.filter((one) => one.contended);
  const shapes = [...new Set(found.map(({ shape }) => shape))];
  const total = meanRatio(contended.map(({ ratios }) => ratios.learned));
  const lines = [
    'Makespan ÷ lower bound, geometric mean over the cases in which nodes have to wait for workers.',
    '',
    ...HEADER,
    ...WORKERS.map((workers) =>
      row(
        `${workers} workers`,
        contended.filter((one) => one.workers === workers),
      ),
    ),
    ...shapes.map((shape) =>
      row(
        shape,
        contended.filter((one) => one.shape === shape),
      ),
    ),
    row('**all**', contended),
    '',
    `Limit ${MAKESPAN_LIMIT} for later runs, to two digits: ${Number(total.toFixed(2)) <= MAKESPAN_LIMIT ? 'met' : 'missed'}.`,
  ];
  return `${lines.join('\n')}\n`;
}

function row(label: string, cases: readonly Comparison[]): string {
  const figures = FIGURES.map((figure) =>
    cases.length === 0 ? '–' : meanRatio(cases.map(({ ratios }) => ratios[figure])).toFixed(3),
  );
  return `| ${[label, cases.length, ...figures].join(' | ')} |`;
}
