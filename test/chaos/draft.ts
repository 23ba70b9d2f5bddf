/** What a chaos run is made of: tasks whose ends are known beforehand, and the file text that says them to the engine. */
import type { TriggerRule } from '../../engine/core/trigger-rule.ts';
import { SHELL_NOTES } from './ledger.ts';

/** `flaky` fails its first attempt; `mended` fails all attempts of its first generation, and none after a retry by a user. */
export type Behaviour = 'succeeds' | 'flaky' | 'mended' | 'fails';

export interface TaskDraft {
  readonly id: string;
  readonly needs: readonly string[];
  readonly rule: TriggerRule;
  readonly does: Behaviour;
  /** Attempts beyond the first. */
  readonly retries: number;
  /** How long the work takes, ms. */
  readonly workMs: number;
  readonly uses: 'function' | 'shell';
  /** Makes it a fan-out of so many nodes. */
  readonly nodes?: number;
  /** Key of a limit that it shares with all that name it. */
  readonly limit?: string;
}

export interface Draft {
  readonly name: string;
  readonly tasks: readonly TaskDraft[];
}

/** Nodes that do work, by name: a fan-out's own is none. */
export function workNodes({ tasks }: Draft): string[] {
  return tasks.flatMap(({ id, nodes }) =>
    nodes === undefined ? [id] : Array.from({ length: nodes }, (_, i) => `${id}[${i}]`),
  );
}

export function taskOf(draft: Draft, node: string): TaskDraft | undefined {
  const id = taskName(node);
  return draft.tasks.find((task) => task.id === id);
}

export function taskName(node: string): string {
  return node.replace(/\[\d+\]$/, '');
}

/** Whether it is handed what its needs returned: not where they may have failed. */
export function takesData({ rule, needs }: TaskDraft): boolean {
  return rule === 'all_success' && needs.length > 0;
}

export interface DraftPlaces {
  /** The ledger of shell tasks; functions know theirs. */
  readonly ledger: string;
  /** Holders of each limit at once. */
  readonly limits: ReadonlyMap<string, number>;
}

/** The workflow file: JSON, which is YAML. */
export function draftText(draft: Draft, places: DraftPlaces): string {
  const tasks = draft.tasks.map((task) => [task.id, { ...commonOf(task, places), ...workOf(task, places) }]);
  return JSON.stringify({ name: draft.name, tasks: Object.fromEntries(tasks) });
}

function commonOf(task: TaskDraft, { limits }: DraftPlaces): object {
  const { needs, rule, retries, nodes, limit } = task;
  return {
    ...(needs.length === 0 ? {} : { needs }),
    ...(rule === 'all_success' ? {} : { trigger_rule: rule }),
    ...(retries === 0 ? {} : { retry: { attempts: retries + 1, delay: '50ms' } }),
    ...(nodes === undefined ? {} : { foreach: `\${{ range(0, ${nodes}) }}` }),
    ...(limit === undefined ? {} : { concurrency: { key: limit, limit: limits.get(limit) ?? 1 } }),
    outputs: { token: 'string' },
  };
}

function workOf(task: TaskDraft, { ledger }: DraftPlaces): object {
  const given = takesData(task)
    ? Object.fromEntries(task.needs.map((need) => [need, `\${{ tasks.${need}.outputs.token }}`]))
    : {};
  const { does, workMs } = task;
  if (task.uses === 'function')
    return { uses: 'function', with: { name: 'chaos', args: { given, does, workMs } } };
  return { env: { LEDGER: ledger }, run: shellText(task) };
}

/** Only tasks that succeed at once, and are handed nothing, are shell tasks. */
function shellText({ workMs }: TaskDraft): string {
  return [
    SHELL_NOTES,
    'note start',
    `sleep ${workMs / 1_000}`,
    'note end',
    'echo "token=$TOKEN" >> "$SLUICE_OUTPUT"',
  ].join('\n');
}
