/**
 * Workflows for test clusters. Each task notes in the ledger that it works, does what it is told, and adds up the values of
 * what it needs: so the result of a run proves that every output arrived.
 */
import { NOTE_IN_SHELL } from './ledger.ts';

export interface Step {
  readonly id: string;
  readonly needs?: readonly string[];
  /** Makes it a fan-out of so many nodes. */
  readonly nodes?: number;
  /** Shell text between the two notes. Default: nothing. */
  readonly work?: string;
}

/** Shell text that waits until the test opens the gate. */
export function untilOpen(gate: string): string {
  return `until [ -e "$FOLDER/${gate}" ]; do sleep 0.05; done`;
}

export interface Places {
  readonly folder: string;
  readonly ledger: string;
}

/** The workflow file's text: JSON, which is YAML. */
export function workflowText(name: string, steps: readonly Step[], places: Places): string {
  const last = steps.at(-1);
  return JSON.stringify({
    name,
    tasks: Object.fromEntries(steps.map((step) => [step.id, taskOf(step, steps, places)])),
    outputs: { total: `\${{ tasks.${last?.id}.outputs.value }}` },
  });
}

function taskOf(step: Step, steps: readonly Step[], { folder, ledger }: Places): object {
  const { needs = [], nodes, work = ':' } = step;
  const values = needs.map((need) => [`NEED_${need}`, `\${{ ${valueIn(need, steps)} }}`]);
  const sum = ['1', ...values.map(([name]) => name)].join(' + ');
  const script = [
    NOTE_IN_SHELL,
    'note start',
    work,
    'note end',
    `echo "value=$((${sum}))" >> "$SLUICE_OUTPUT"`,
  ];
  return {
    ...(needs.length === 0 ? {} : { needs }),
    ...(nodes === undefined ? {} : { foreach: `\${{ range(0, ${nodes}) }}` }),
    env: { FOLDER: folder, LEDGER: ledger, ...Object.fromEntries(values) },
    run: script.join('\n'),
    outputs: { value: 'integer' },
  };
}

function valueIn(id: string, steps: readonly Step[]): string {
  const value = `tasks.${id}.outputs.value`;
  return steps.find((step) => step.id === id)?.nodes === undefined ? value : `sum(${value})`;
}

/** What the run's output `total` must be. */
export function totalOf(steps: readonly Step[]): number {
  const values = new Map<string, number>();
  for (const { id, needs = [], nodes = 1 } of steps) {
    const each = needs.reduce((sum, need) => sum + (values.get(need) ?? Number.NaN), 1);
    values.set(id, each * nodes);
  }
  const last = steps.at(-1);
  return values.get(last?.id ?? '') ?? Number.NaN;
}

/** The ids of all nodes of the steps, a fan-out's own among them. */
export function nodesOf(steps: readonly Step[]): string[] {
  return steps.flatMap(({ id, nodes }) => [
    id,
    ...Array.from({ length: nodes ?? 0 }, (_, index) => `${id}[${index}]`),
  ]);
}
