/**
 * `prepare`: from a run's state to the ticket of one node. Pure, so that a ticket can be made again from state at any time;
 * what is not deterministic (`now()`) was fixed when the node became ready.
 */
import type { TaskError } from './errors.ts';
import {
  EvaluationError,
  type Lookup,
  resolveTemplate,
  type Scope,
  type ScopeValue,
} from './expression/index.ts';
import { fanOutItems, isDerived } from './fan-out.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { queueOfNode } from './node-queue.ts';
import type { NodeRecord } from './node-record.ts';
import type { PlanTask } from './plan.ts';
import { queuePriority } from './policy.ts';
import { cacheOf } from './prepare-cache.ts';
import { isRunId } from './run-id.ts';
import type { RunState } from './run-state.ts';
import { type ItemScope, logicalTime, runScope } from './scope.ts';
import { NO_SECRETS, resolveSites, secretSites } from './secret-text.ts';
import type { ArtifactRef, SecretText, Ticket } from './ticket.ts';
import { undoneSelf } from './undone-node.ts';

/** Bytes of all environment values of one task. Larger data belongs into `files`. */
const MAX_ENV_BYTES = 64 * 1_024;

export type Prepared<T> = { readonly value: T } | { readonly error: TaskError };

/** Carries a node's error out of a preparation. */
class PreparationError extends Error {
  readonly error: TaskError;
  constructor(error: TaskError) {
    super(error.message);
    this.error = error;
  }
}

/** Runs `work`; an expression that cannot be evaluated becomes the node's error. */
export function preparing<T>(work: () => T): Prepared<T> {
  try {
    return { value: work() };
  } catch (thrown) {
    if (thrown instanceof PreparationError) return { error: thrown.error };
    if (thrown instanceof EvaluationError) return { error: { code: thrown.code, message: thrown.message } };
    throw thrown;
  }
}

/** The item of a fan-out node, resolved again if the run was reloaded. */
export function itemOf(run: RunState, record: NodeRecord, task: PlanTask): ItemScope | undefined {
  const fan = run.tasks[record.task]?.fan;
  if (!fan || !task.fanOut) return undefined;
  if (!fan.items) {
    const { fanOut } = task;
    const derived = isDerived(fanOut)
      ? fanOutItems(fanOut, runScope(run, run.nodes[record.task]?.startedAt ?? 0))
      : { items: run.outputs.get(record.task)?.i ?? [] };
    fan.items = 'items' in derived ? derived.items : [];
  }
  const { items } = fan;
  return {
    index: record.item,
    item: items[record.item] ?? null,
    kind: task.fanOut.kind,
    total: items.length,
  };
}

/** Scope of a node's own expressions: its item, its `env`, and `now()` fixed at the time it became ready. `extra`: see `runScope`. */
export function nodeScope(
  run: RunState,
  record: NodeRecord,
  task: PlanTask,
  extra: ReadonlyMap<string, ScopeValue> = NOTHING,
): Scope {
  const item = itemOf(run, record, task);
  const always: [string, ScopeValue][] = [['secrets', NO_SECRETS], ...undoneSelf(run, item)];
  const bare = runScope(run, record.queuedAt, item, new Map(always));
  const env: Lookup = {
    get: (name) =>
      Object.hasOwn(task.env, name) ? resolveTemplate(task.env[name] ?? null, bare) : undefined,
    keys: () => Object.keys(task.env),
  };
  const own = new Map<string, ScopeValue>([...always, ['env', env], ...extra]);
  return runScope(run, record.queuedAt, item, own);
}

const NOTHING: ReadonlyMap<string, ScopeValue> = new Map();

/** Resolved options of the node's action. */
export function prepareOptions(run: RunState, record: NodeRecord, task: PlanTask): Prepared<JsonObject> {
  return preparing(() => resolveTemplate(task.action.with, nodeScope(run, record, task)) as JsonObject);
}

export interface TicketPlace {
  readonly shard: number;
  readonly node: number;
  readonly delivery: number;
}

/** The ticket of a ready node, or the error that the node fails with. */
export function prepareTicket(run: RunState, place: TicketPlace): Prepared<Ticket> {
  const record = run.nodes[place.node];
  const task = record && run.plan.tasks[record.task];
  if (!record || !task) throw new Error(`run ${run.header.id} has no node ${place.node}`);
  return preparing(() => {
    const scope = nodeScope(run, record, task);
    const sites = secretSites(task);
    const secrets = resolveSites(sites, scope);
    checkSecrets(run, secrets);
    const options = resolveTemplate(sites.with, scope) as JsonObject;
    const parts = { record, task, scope, options, env: environment(sites.env, scope), secrets };
    const made = ticket(run, place, parts);
    if (task.cache === undefined) return made;
    // Each iteration of a repeating task is work of its own.
    const repeated = run.outputs.get(place.node)?.r;
    const iteration = repeated?.g === record.generation ? repeated.done : 0;
    const item = [itemOf(run, record, task)?.item ?? null, iteration];
    return { ...made, cache: cacheOf(made, task.cache, scope, item) };
  });
}

/** Only what the workflow names under `secrets` may be asked for. */
function checkSecrets({ plan }: RunState, texts: readonly SecretText[]): void {
  for (const part of texts.flatMap(({ parts }) => parts)) {
    if (typeof part === 'string' || plan.secrets?.includes(part.secret)) continue;
    const message = `The workflow may not use the secret ${part.secret}; name it under \`secrets: [${part.secret}]\` of the workflow.`;
    throw new PreparationError({ code: 'secret_unavailable', message });
  }
}

interface Parts {
  readonly record: NodeRecord;
  readonly task: PlanTask;
  readonly scope: Scope;
  readonly options: JsonObject;
  readonly env: { readonly [name: string]: string };
  readonly secrets: readonly SecretText[];
}

function ticket(run: RunState, { shard, node, delivery }: TicketPlace, parts: Parts): Ticket {
  const { record, task, scope } = parts;
  const { header } = run;
  const text = (template: string) => asText(resolveTemplate(template, scope));
  const remainingMs = run.tasks[record.task]?.remainingMs ?? 0;
  return {
    v: 1,
    shard,
    run: header.id,
    node,
    generation: record.generation,
    attempt: record.attempt,
    workflow: header.workflow,
    namespace: header.namespace,
    task: task.id,
    ...(task.fanOut ? { index: record.item } : {}),
    queue: queueOfNode(run, record),
    priority: queuePriority({ priority: task.priority, remainingMs }),
    ...((task.slots ?? 1) > 1 ? { slots: task.slots ?? 1 } : {}),
    uses: task.action.uses,
    with: parts.options,
    env: parts.env,
    ...(parts.secrets.length === 0 ? {} : { secrets: parts.secrets }),
    ...(task.cwd === undefined ? {} : { cwd: text(task.cwd) }),
    ...(task.shell === undefined ? {} : { shell: task.shell }),
    ...(task.timeoutMs === undefined ? {} : { timeout_ms: task.timeoutMs }),
    ...(task.heartbeatMs === undefined ? {} : { heartbeat_ms: task.heartbeatMs }),
    ...(header.source === undefined ? {} : { source: header.source }),
    ...(task.outputs === undefined ? {} : { outputs: task.outputs }),
    ...artifacts(task, text),
    ...files(task, scope),
    logical_time: logicalTime(run),
    delivery,
  };
}

function artifacts(task: PlanTask, text: (template: string) => string): Pick<Ticket, 'artifacts'> {
  const entries = Object.entries(task.artifacts);
  return entries.length === 0
    ? {}
    : { artifacts: Object.fromEntries(entries.map(([name, path]) => [name, text(path)])) };
}

function files(task: PlanTask, scope: Scope): Pick<Ticket, 'files'> {
  const entries = Object.entries(task.files);
  if (entries.length === 0) return {};
  return {
    files: Object.fromEntries(
      entries.map(([path, template]) => [path, artifactRef(path, resolveTemplate(template, scope))]),
    ),
  };
}

function artifactRef(path: string, value: Json): ArtifactRef {
  const ref = isJsonObject(value) ? readArtifactRef(value) : undefined;
  if (ref) return ref;
  throw new EvaluationError(
    'expression_error',
    `files: ${path} needs an artifact, such as \${{ tasks.x.artifacts.y }}`,
  );
}

/** It may come from inputs, so it is whatever somebody wrote. */
function readArtifactRef({ artifact, run, name, bytes, sha256 }: JsonObject): ArtifactRef | undefined {
  const isOurs = typeof run === 'string' && isRunId(run) && typeof artifact === 'string' && artifact !== '';
  if (!isOurs || typeof name !== 'string' || typeof sha256 !== 'string') return undefined;
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) return undefined;
  return /^[0-9a-f]{64}$/.test(sha256) ? { artifact, run, name, bytes, sha256 } : undefined;
}

function environment(templates: PlanTask['env'], scope: Scope): { readonly [name: string]: string } {
  const env: [name: string, text: string][] = [];
  let bytes = 0;
  for (const [name, template] of Object.entries(templates)) {
    const text = asText(resolveTemplate(template, scope));
    bytes += Buffer.byteLength(text);
    env.push([name, text]);
    if (bytes > MAX_ENV_BYTES) {
      const message = `env: ${name} takes the environment over ${MAX_ENV_BYTES / 1_024} KiB; pass large data as a file (\`files\`) instead`;
      throw new PreparationError({ code: 'invalid_options', message });
    }
  }
  return Object.fromEntries(env);
}

/** Lists and objects become JSON, null becomes empty. */
function asText(value: Json): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
