/** `concurrency`, `rate_limit`, `repeat`: a limit stands once in a task and has one size in a file; a repetition ends. */
import type { Path } from '../position.ts';
import { oneOrMany } from '../schema/limit.ts';
import type { SourceDocument } from '../source-document.ts';
import { has, type TaskEntry, type WorkflowContext } from '../workflow-context.ts';

export function checkLimits({ document, source, tasks }: WorkflowContext): void {
  const sizes = new Map<string, Declared>();
  const run = source.concurrency;
  if (run)
    declare(document, sizes, {
      kind: 'concurrency',
      key: run.key,
      size: `${run.limit}`,
      path: ['concurrency'],
    });
  for (const task of tasks) {
    if (task.undoes) continue;
    checkTaskLimits(document, task, sizes);
    checkRepeat(document, task);
  }
}

interface Declared {
  readonly kind: string;
  readonly key: string;
  readonly size: string;
  readonly path: Path;
}

function checkTaskLimits(
  document: SourceDocument,
  { source, path }: TaskEntry,
  sizes: Map<string, Declared>,
): void {
  for (const kind of ['concurrency', 'rate_limit'] as const) {
    const written = source[kind];
    const seen = new Set<string>();
    for (const [i, one] of oneOrMany<Limit>(written).entries()) {
      const at = Array.isArray(written) ? [...path, kind, i] : [...path, kind];
      if (seen.has(one.key)) {
        const message = `The limit \`${one.key}\` stands twice in this task.`;
        document.error({ code: 'duplicate_limit', path: [...at, 'key'], message, hint: 'Keep one.' });
      }
      seen.add(one.key);
      const size = one.per === undefined ? `${one.limit}` : `${one.limit} per ${one.per}`;
      declare(document, sizes, { kind, key: one.key, size, path: at });
    }
  }
}

interface Limit {
  readonly key: string;
  readonly limit: number;
  readonly per?: string;
}

function declare(document: SourceDocument, sizes: Map<string, Declared>, declared: Declared): void {
  const { kind, key, size, path } = declared;
  const name = `${kind} ${key}`;
  const other = sizes.get(name);
  sizes.set(name, other ?? declared);
  if (!other || other.size === size) return;
  document.warn({
    code: 'limits_differ',
    path: [...path, 'limit'],
    message: `The limit \`${key}\` is ${other.size} elsewhere in this file and ${size} here; the one used last holds.`,
    hint: 'Give both the same number, or different keys.',
  });
}

function checkRepeat(document: SourceDocument, { source, raw, path, uses }: TaskEntry): void {
  const { repeat } = source;
  if (!repeat) return;
  const at = [...path, 'repeat'];
  if (repeat.until === undefined && repeat.max === undefined) {
    const message = 'The repetition would never end: it has neither `until` nor `max`.';
    const hint = 'Add `until: CONDITION`, `max: NUMBER`, or both.';
    document.error({ code: 'bad_repeat', path: at, onKey: true, message, hint });
  }
  if (uses === 'switch' || uses === 'fail') {
    const message = `\`uses: ${uses}\` gives the same each time, so that repeating it changes nothing.`;
    document.error({ code: 'bad_repeat', path: at, onKey: true, message, hint: 'Remove `repeat`.' });
  }
  if (has(raw, 'detached') && source.detached === true) {
    const message =
      'A detached workflow has no outputs to wait for, so that `repeat` would only start it again.';
    document.error({ code: 'bad_repeat', path: at, onKey: true, message, hint: 'Remove `detached`.' });
  }
}
