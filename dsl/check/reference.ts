/** What expressions refer to: contexts that their place knows, and names that the workflow declares. */
import { CONTEXTS } from '../../engine/core/expression/contexts.ts';
import { isJsonObject, type Json } from '../../engine/core/json.ts';
import { PER_NODE } from '../condition.ts';
import { contextsAt, type ExpressionSite, placeRow } from '../expression-site.ts';
import type { SiteReference } from '../site-reference.ts';
import { alternatives, suggest } from '../suggest.ts';
import { declaredNames, has, type TaskEntry, type WorkflowContext } from '../workflow-context.ts';
import { complain } from './complain.ts';
import { FAN_OUT_KEYS } from './fan-out.ts';
import { suggestTask } from './need.ts';
import { explainPhase, mayRead } from './phase.ts';
import { checkSecret, explainSecret, isSecretTemplate } from './secret.ts';

const TASK_MEMBERS = ['outputs', 'artifacts', 'status', 'error', 'attempts', 'duration'];
const SELF_MEMBERS = ['outputs', 'error', 'status', 'attempt', 'iteration'];
const RUN_MEMBERS = [
  'id',
  'workflow',
  'namespace',
  'version',
  'logical_time',
  'interval',
  'started_at',
  'attempt',
  'status',
];
/** Of a run that has come to its end: known in handlers, and where the run tells of its end. */
const ENDED_RUN_MEMBERS = ['error', 'failed_tasks', 'url'];
const INTERVAL_MEMBERS = ['start', 'end'];
const BROADCAST_MEMBERS = ['index', 'total', 'worker'];
const ERROR_MEMBERS = ['code', 'message', 'exit_code', 'status', 'retry_after'];

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
  ['run', checkRun],
  ['self', checkSelf],
  ['secrets', checkSecret],
  ['broadcast', (context, found) => checkMember(context, found, BROADCAST_MEMBERS)],
  ['error', (context, found) => checkMember(context, found, ERROR_MEMBERS)],
]);

function isKnownHere(context: WorkflowContext, found: SiteReference, root: string): boolean {
  const { site } = found;
  const row = placeRow(site.place);
  if (contextsAt(site).includes(root) || (row.secrets && root === 'secrets')) return true;
  const isFanOut = site.task !== undefined && isPerNode(site.task, root);
  if (row.perNode && PER_NODE.has(root) && isFanOut) return true;
  if (root === 'secrets') complain(context, found, { code: 'secret_not_allowed', ...explainSecret(site) });
  else complain(context, found, { code: 'unknown_context', ...explainContext(found, root, row) });
  return false;
}

function isPerNode({ raw }: TaskEntry, root: string): boolean {
  if (root === 'item') return has(raw, 'foreach');
  if (root === 'index') return FAN_OUT_KEYS.some((key) => has(raw, key));
  return has(raw, root);
}

function explainContext(
  { site }: SiteReference,
  root: string,
  row: ReturnType<typeof placeRow>,
): { message: string; hint: string } {
  const place = placeLabel(site);
  const meaning = CONTEXTS.get(root);
  const message = `\`${root}\`${meaning === undefined ? '' : ` (${meaning})`} is not known in ${place}.`;
  if (row.perNode && PER_NODE.has(root)) {
    const needed = root === 'item' ? ['foreach'] : root === 'index' ? FAN_OUT_KEYS : [root];
    return { message, hint: `It is known in tasks with ${alternatives(needed)}.` };
  }
  if (root === 'tasks') return { message, hint: 'Read outputs of tasks in the task that needs them.' };
  return { message, hint: `Known here: ${alternatives(contextsAt(site), 'and')}.` };
}

function placeLabel({ place, task }: ExpressionSite): string {
  const label = place.includes('`') ? place : `\`${place}\``;
  return task?.undoes ? `${label} of a compensation` : label;
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
    const { hint } = suggestTask(context, id);
    return complain(context, found, { code: 'unknown_task', message: `There is no task \`${id}\`.`, hint });
  }
  const isOutside = task.phase !== undefined && !mayRead(context, found.site.task, task);
  if (isOutside) return complain(context, found, { code: 'wrong_phase', ...explainPhase(found, task) });
  if (found.site.task === task) {
    const message = `The task \`${id}\` refers to itself; its outputs are there only after it has ended.`;
    const knowsSelf = contextsAt(found.site).includes('self') && SELF_MEMBERS.includes(member ?? '');
    const hint = knowsSelf ? `Write \`${['self', ...found.reference.path.slice(2)].join('.')}\`.` : undefined;
    return complain(context, found, { code: 'self_reference', message, hint });
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
  const fixed = fixedOutputs(task);
  if (has(task.raw, 'outputs')) return [...declaredNames(task.raw, 'outputs'), ...(fixed ?? [])];
  if (fixed) return fixed;
  const value = task.uses === 'transform' ? task.source.with?.['value'] : undefined;
  return value !== undefined && isJsonObject(value) ? Object.keys(value) : undefined;
}

/** Outputs that the action always has. */
function fixedOutputs({ executor, child, source }: TaskEntry): string[] | undefined {
  if (source.workflow !== undefined && source.detached) return ['run_id'];
  if (child?.plan) return Object.keys(child.plan.outputs);
  return executor?.fixedOutputs && Object.keys(executor.fixedOutputs);
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
  if (isSecretTemplate(envTemplate(context, found.site.task, name))) {
    const message = `\`env.${name}\` holds a secret, which expressions cannot read.`;
    const hint = 'The process finds it in its environment; `with` takes `${{ secrets.NAME }}` itself.';
    return complain(context, found, { code: 'secret_in_expression', message, hint });
  }
  if (names.includes(name) || found.reference.mayBeAbsent) return;
  const message = `No environment variable \`${name}\` is declared for this task.`;
  const hint =
    suggest(name, names) ?? 'Declare it under `env`; the environment of workers is not visible here.';
  complain(context, found, { code: 'unknown_env', message, hint });
}

function envTemplate(
  { source }: WorkflowContext,
  task: TaskEntry | undefined,
  name: string,
): Json | undefined {
  const layers = [task?.source.env, source.defaults?.env, source.env];
  return layers.find((env) => env !== undefined && Object.hasOwn(env, name))?.[name];
}

function checkRun(context: WorkflowContext, found: SiteReference): void {
  const [, name, inner] = found.reference.path;
  const isEnded = isAtEnd(found.site);
  if (!isEnded && name !== undefined && ENDED_RUN_MEMBERS.includes(name)) {
    const message = `\`run.${name}\` is known only in handlers, when the run has come to its end.`;
    const hint = 'Move it to a task under `on_failure` or `on_finish`.';
    return complain(context, found, { code: 'unknown_property', message, hint });
  }
  checkMember(context, found, isEnded ? [...RUN_MEMBERS, ...ENDED_RUN_MEMBERS] : RUN_MEMBERS);
  if (name === 'interval') checkInner(context, found, { name: inner, members: INTERVAL_MEMBERS });
  if (name === 'error' && isEnded) checkInner(context, found, { name: inner, members: RUN_ERROR_MEMBERS });
}

function isAtEnd({ place, task }: ExpressionSite): boolean {
  return place === 'the `notify` of the workflow' || (task?.phase !== undefined && !task.undoes);
}

const RUN_ERROR_MEMBERS = ['code', 'message', 'task'];

function checkSelf(context: WorkflowContext, found: SiteReference): void {
  const [, member, name] = found.reference.path;
  checkMember(context, found, SELF_MEMBERS);
  const task = found.site.task?.undoes ?? found.site.task;
  if (member === 'error') checkInner(context, found, { name, members: ERROR_MEMBERS });
  if (member === 'outputs' && task && name !== undefined && name !== '*')
    checkOutput(context, found, task, name);
}

interface InnerMember {
  readonly name: string | undefined;
  readonly members: readonly string[];
}

function checkInner(context: WorkflowContext, found: SiteReference, { name, members }: InnerMember): void {
  if (name === undefined || name === '*' || members.includes(name)) return;
  const message = `\`${found.reference.path.slice(0, 2).join('.')}\` has no \`${name}\`.`;
  complain(context, found, { code: 'unknown_property', message, hint: suggest(name, members) });
}

function checkMember(context: WorkflowContext, found: SiteReference, members: readonly string[]): void {
  const [root, name] = found.reference.path;
  if (name === undefined || name === '*' || members.includes(name)) return;
  const message = `\`${root}\` has no \`${name}\`.`;
  complain(context, found, { code: 'unknown_property', message, hint: suggest(name, members) });
}
