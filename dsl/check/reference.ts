/** What expressions refer to: contexts that their place knows, and names that the workflow declares. */
import { CONTEXTS } from '../../engine/core/expression/contexts.ts';
import { isJsonObject } from '../../engine/core/json.ts';
import { PER_NODE } from '../condition.ts';
import type { DiagnosticCode } from '../diagnostic-code.ts';
import { placeRow } from '../expression-site.ts';
import type { SiteReference } from '../site-reference.ts';
import { alternatives, suggest } from '../suggest.ts';
import { declaredNames, has, type TaskEntry, type WorkflowContext } from '../workflow-context.ts';
import { suggestTask } from './need.ts';

const TASK_MEMBERS = ['outputs', 'artifacts', 'status', 'error', 'attempts', 'duration'];
const SELF_MEMBERS = ['error', 'status', 'attempt'];
const RUN_MEMBERS = [
  'id',
  'workflow',
  'namespace',
  'version',
  'logical_time',
  'started_at',
  'attempt',
  'status',
];
const ERROR_MEMBERS = ['code', 'message', 'exit_code', 'status', 'retry_after'];
const NOT_YET_CONTEXTS = new Set(['secrets', 'broadcast']);
const NOT_YET_MEMBERS = new Set(['run.interval', 'self.outputs', 'self.iteration']);

export function checkReferences(context: WorkflowContext, references: readonly SiteReference[]): void {
  for (const found of references) {
    const root = found.reference.path[0] ?? '';
    if (isKnownHere(context, found, root)) CHECKS.get(root)?.(context, found);
  }
}

type ReferenceCheck = (context: WorkflowContext, found: SiteReference) => void;

/** One context whose members are checked is one row. */
const CHECKS: ReadonlyMap<string, ReferenceCheck> = new Map<string, ReferenceCheck>([
  ['tasks', checkTask],
  ['inputs', checkInput],
  ['matrix', checkAxis],
  ['env', checkEnv],
  ['run', (context, found) => checkMember(context, found, RUN_MEMBERS)],
  ['self', (context, found) => checkMember(context, found, SELF_MEMBERS)],
  ['error', (context, found) => checkMember(context, found, ERROR_MEMBERS)],
]);

interface Complaint {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly severity?: 'error' | 'warning';
}

function complain(
  { document }: WorkflowContext,
  { site, within }: SiteReference,
  complaint: Complaint,
): void {
  const { severity, ...finding } = complaint;
  const full = { ...finding, path: site.path, within };
  if (severity === 'warning') document.warn(full);
  else document.error(full);
}

function isKnownHere(context: WorkflowContext, found: SiteReference, root: string): boolean {
  const row = placeRow(found.site.place);
  if (row.contexts.includes(root)) return true;
  const isFanOut = found.site.task !== undefined && isPerNode(found.site.task, root);
  if (row.perNode && PER_NODE.has(root) && isFanOut) return true;
  if (NOT_YET_CONTEXTS.has(root)) {
    const message = `The context \`${root}\` is known but not available in this version.`;
    complain(context, found, { code: 'not_yet_available', message });
  } else complain(context, found, { code: 'unknown_context', ...explainContext(found, root, row) });
  return false;
}

function isPerNode({ raw }: TaskEntry, root: string): boolean {
  if (root === 'matrix') return has(raw, 'matrix');
  return has(raw, 'foreach') || (root === 'index' && has(raw, 'matrix'));
}

function explainContext(
  { site }: SiteReference,
  root: string,
  row: ReturnType<typeof placeRow>,
): { message: string; hint: string } {
  const place = site.place.includes('`') ? site.place : `\`${site.place}\``;
  const meaning = CONTEXTS.get(root);
  const message = `\`${root}\`${meaning === undefined ? '' : ` (${meaning})`} is not known in ${place}.`;
  if (row.perNode && PER_NODE.has(root)) {
    const needed = root === 'matrix' ? '`matrix`' : root === 'item' ? '`foreach`' : '`foreach` or `matrix`';
    return { message, hint: `It is known in tasks with ${needed}.` };
  }
  if (root === 'tasks') return { message, hint: 'Read outputs of tasks in the task that needs them.' };
  return { message, hint: `Known here: ${alternatives(row.contexts, 'and')}.` };
}

function checkTask(context: WorkflowContext, found: SiteReference): void {
  const [, id, member, name] = found.reference.path;
  if (id === undefined || id === '*') {
    const message =
      'Which tasks this refers to cannot be told before the run, so that nothing would wait for them.';
    return complain(context, found, {
      code: 'dynamic_task',
      message,
      hint: 'Name the task: `tasks.NAME.outputs.x`.',
    });
  }
  const task = context.byId.get(id);
  if (!task) {
    const hint = suggestTask(context, id);
    return complain(context, found, { code: 'unknown_task', message: `There is no task \`${id}\`.`, hint });
  }
  if (found.site.task === task) {
    const message = `The task \`${id}\` refers to itself; its outputs are there only after it has ended.`;
    return complain(context, found, { code: 'self_reference', message });
  }
  if (member === undefined || member === '*') return;
  if (!TASK_MEMBERS.includes(member)) {
    const near = suggest(member, TASK_MEMBERS);
    const isOutput = outputNames(task)?.includes(member);
    const hint = isOutput ? `Did you mean \`tasks.${id}.outputs.${member}\`?` : near;
    return complain(context, found, {
      code: 'unknown_property',
      message: `A task has no \`${member}\`.`,
      hint,
    });
  }
  if (name === undefined || name === '*') return;
  if (member === 'outputs') checkOutput(context, found, task, name);
  if (member === 'artifacts') checkArtifact(context, found, task, name);
  if (member === 'error' && !ERROR_MEMBERS.includes(name)) {
    complain(context, found, {
      code: 'unknown_property',
      message: `An error has no \`${name}\`.`,
      hint: suggest(name, ERROR_MEMBERS),
    });
  }
}

function checkOutput(context: WorkflowContext, found: SiteReference, task: TaskEntry, name: string): void {
  const names = outputNames(task);
  if (!names || names.includes(name)) return;
  const message = `The task \`${task.id}\` has no output \`${name}\`.`;
  const hint = suggest(name, names) ?? (names.length === 0 ? `It has no outputs.` : undefined);
  complain(context, found, { code: 'unknown_output', message, hint });
}

/** Outputs that the task declares or that its executor always has; undefined when any may be written. */
function outputNames(task: TaskEntry): string[] | undefined {
  const fixed = task.executor?.fixedOutputs && Object.keys(task.executor.fixedOutputs);
  if (has(task.raw, 'outputs')) return [...declaredNames(task.raw, 'outputs'), ...(fixed ?? [])];
  if (fixed) return fixed;
  const value = task.uses === 'transform' ? task.source.with?.['value'] : undefined;
  return value !== undefined && isJsonObject(value) ? Object.keys(value) : undefined;
}

function checkArtifact(context: WorkflowContext, found: SiteReference, task: TaskEntry, name: string): void {
  const names = declaredNames(task.raw, 'artifacts');
  if (names.includes(name)) return;
  const message = `The task \`${task.id}\` declares no artifact \`${name}\`.`;
  const hint = suggest(name, names) ?? `Add \`artifacts: { ${name}: PATH }\` to \`${task.id}\`.`;
  // Without any declaration it may be an omission that the run would show; beside declared ones it is a slip of the pen.
  const severity = names.length === 0 ? 'warning' : 'error';
  complain(context, found, { code: 'unknown_artifact', message, hint, severity });
}

function checkInput(context: WorkflowContext, found: SiteReference): void {
  const name = found.reference.path[1];
  if (name === undefined || name === '*') return;
  const names = declaredNames(context.document.data, 'inputs');
  if (names.includes(name)) return;
  const hint = suggest(name, names) ?? `Declare it: \`inputs: { ${name}: { type: string } }\`.`;
  complain(context, found, {
    code: 'unknown_input',
    message: `The workflow declares no input \`${name}\`.`,
    hint,
  });
}

function checkAxis(context: WorkflowContext, found: SiteReference): void {
  const name = found.reference.path[1];
  const matrix = found.site.task?.raw['matrix'];
  if (name === undefined || name === '*' || matrix === undefined || !isJsonObject(matrix)) return;
  const { include, exclude: _exclude, ...axes } = matrix;
  if (include !== undefined && !Array.isArray(include)) return;
  const added = (include ?? []).flatMap((one) => (isJsonObject(one) ? Object.keys(one) : []));
  const names = [...new Set([...Object.keys(axes), ...added])];
  if (names.includes(name)) return;
  const message = `The matrix has no axis \`${name}\`.`;
  complain(context, found, { code: 'unknown_axis', message, hint: suggest(name, names) });
}

function checkEnv(context: WorkflowContext, found: SiteReference): void {
  const name = found.reference.path[1];
  if (name === undefined || name === '*') return;
  const { data } = context.document;
  const defaults = data['defaults'];
  const inherited = defaults !== undefined && isJsonObject(defaults) ? declaredNames(defaults, 'env') : [];
  const own = found.site.task ? declaredNames(found.site.task.raw, 'env') : [];
  const names = [...own, ...inherited, ...declaredNames(data, 'env')];
  if (names.includes(name) || found.reference.mayBeAbsent) return;
  const message = `No environment variable \`${name}\` is declared for this task.`;
  const hint =
    suggest(name, names) ?? 'Declare it under `env`; the environment of workers is not visible here.';
  complain(context, found, { code: 'unknown_env', message, hint });
}

function checkMember(context: WorkflowContext, found: SiteReference, members: readonly string[]): void {
  const [root, name] = found.reference.path;
  if (name === undefined || name === '*' || members.includes(name)) return;
  if (NOT_YET_MEMBERS.has(`${root}.${name}`)) {
    const later = `\`${root}.${name}\` is known but not available in this version.`;
    return complain(context, found, { code: 'not_yet_available', message: later });
  }
  const message = `\`${root}\` has no \`${name}\`.`;
  complain(context, found, { code: 'unknown_property', message, hint: suggest(name, members) });
}
