/** `foreach`, `matrix` and `broadcast`: one of them, not empty, and only with them what bounds them. */
import { MAX_ITEMS } from '../../engine/core/fan-out.ts';
import { isJsonObject, type Json } from '../../engine/core/json.ts';
import { describeValue } from '../describe-value.ts';
import { problemOfName } from '../name.ts';
import type { Path } from '../position.ts';
import type { SourceDocument } from '../source-document.ts';
import { suggest } from '../suggest.ts';
import { isWholeExpression } from '../whole-expression.ts';
import { has, type TaskEntry, type WorkflowContext } from '../workflow-context.ts';

export const FAN_OUT_KEYS = ['foreach', 'matrix', 'broadcast'];
const BOUNDS = ['max_parallel', 'max_failures', 'fail_fast'];

export function checkFanOuts({ document, tasks }: WorkflowContext): void {
  for (const task of tasks) {
    const { raw, path, source } = task;
    const [first, second] = FAN_OUT_KEYS.filter((key) => has(raw, key));
    if (first !== undefined && second !== undefined) {
      const message = `The task \`${task.id}\` has both \`${first}\` and \`${second}\`; it can have one of them.`;
      const hint = second === 'matrix' ? 'A list can be an axis of a matrix.' : 'Keep one.';
      document.error({ code: 'two_fan_outs', path: [...path, second], onKey: true, message, hint });
    }
    if (first === undefined) checkBounds(document, task);
    if (source.foreach !== undefined) checkList(document, source.foreach, [...path, 'foreach'], '`foreach`');
    if (source.matrix !== undefined) checkMatrix(document, source.matrix, [...path, 'matrix']);
  }
}

function checkBounds(document: SourceDocument, { path, raw }: TaskEntry): void {
  for (const key of BOUNDS.filter((one) => has(raw, one))) {
    const message = `\`${key}\` has a meaning only for a task with \`foreach\`, \`matrix\` or \`broadcast\`.`;
    const hint =
      key === 'max_parallel'
        ? 'For the whole run, write `max_parallel` at the top of the workflow.'
        : 'Remove it.';
    document.error({ code: 'needs_fan_out', path: [...path, key], onKey: true, message, hint });
  }
}

function checkList(document: SourceDocument, list: Json, path: Path, label: string): void {
  if (typeof list === 'string') {
    if (isWholeExpression(list)) return;
    const looksBare = !list.includes('${{');
    const message = `${label} needs a list, or one expression whose value is a list, but this is ${describeValue(list)}.`;
    document.error({
      code: 'expression_expected',
      path,
      message,
      hint: looksBare ? `Did you mean "\${{ ${list} }}"?` : undefined,
    });
  } else if (Array.isArray(list) && list.length === 0) {
    document.warn({
      code: 'empty_fan_out',
      path,
      message: `${label} holds no items: the task has no nodes and succeeds at once.`,
    });
  }
}

function checkMatrix(
  document: SourceDocument,
  matrix: { readonly [key: string]: unknown },
  path: Path,
): void {
  const { include, exclude, ...rest } = matrix;
  const axes = Object.entries(rest) as [string, Json][];
  for (const [name, values] of axes) {
    const problem = problemOfName(name);
    if (problem)
      document.error({
        code: 'bad_name',
        path: [...path, name],
        onKey: true,
        message: `The axis name \`${name}\` ${problem}.`,
      });
    checkList(document, values, [...path, name], `The axis \`${name}\``);
  }
  const isEmpty =
    axes.length === 0 && (include === undefined || (Array.isArray(include) && include.length === 0));
  if (isEmpty)
    document.error({
      code: 'empty_fan_out',
      path,
      message: 'The matrix has no axis and nothing to include.',
      hint: 'Add `AXIS: [VALUE, …]`.',
    });
  checkSize(document, axes, path);
  const names = axes.map(([name]) => name);
  checkCombinations(document, include as Json | undefined, [...path, 'include'], undefined);
  checkCombinations(document, exclude as Json | undefined, [...path, 'exclude'], names);
}

function checkSize(document: SourceDocument, axes: readonly [string, Json][], path: Path): void {
  const total = axes.reduce(
    (product, [, values]) => product * (Array.isArray(values) ? values.length : 1),
    1,
  );
  if (total <= MAX_ITEMS) return;
  const message = `The matrix has ${total} combinations; at most ${MAX_ITEMS} are allowed.`;
  document.error({ code: 'too_many_items', path, onKey: true, message });
}

/** `axes`: the names that may be used, where only they make sense. */
function checkCombinations(
  document: SourceDocument,
  list: Json | undefined,
  path: Path,
  axes: readonly string[] | undefined,
): void {
  if (list === undefined) return;
  if (!Array.isArray(list)) return checkList(document, list, path, `\`${path.at(-1)}\``);
  for (const [i, one] of list.entries()) {
    if (!isJsonObject(one)) continue;
    for (const key of Object.keys(one)) {
      const problem = problemOfName(key);
      const at = { path: [...path, i, key], onKey: true } as const;
      if (problem) document.error({ code: 'bad_name', ...at, message: `The name \`${key}\` ${problem}.` });
      else if (axes && !axes.includes(key)) {
        const message = `\`exclude\` names \`${key}\`, which is no axis of the matrix, so that it would leave out nothing.`;
        document.error({ code: 'bad_matrix', ...at, message, hint: suggest(key, axes) });
      }
    }
  }
}
