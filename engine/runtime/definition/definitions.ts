/**
 * Definitions of workflows: applying, rolling back, removing. The definition is stored first; then its schedules are told,
 * by messages that may be repeated, so that applying again mends what a crash in between has left undone.
 */
import { SluiceError } from '../../core/errors.ts';
import type { Plan } from '../../core/plan.ts';
import type { SourceRef } from '../../core/ticket.ts';
import type { DefinitionLine, DefinitionVersion, WorkflowDefinition } from '../../ports/definition-store.ts';
import {
  type DefinitionsOptions,
  lineOf,
  type StartableVersion,
  subscriptionsOf,
} from './definition-line.ts';
import { ScheduleSetter } from './schedule-setter.ts';

export interface DefinitionDraft {
  readonly plan: Plan;
  /** Plans of other files that it runs as sub-workflows. */
  readonly linked?: readonly Plan[];
  readonly source?: SourceRef;
  /** The workflow file as it was written. Alone it makes no new version: comments change nothing. */
  readonly text?: SourceRef;
  /** Only if the definition's revision is this one; 0: only if there is none. */
  readonly expected?: number;
}

export interface Applied {
  readonly namespace: string;
  readonly name: string;
  readonly change: 'created' | 'updated' | 'unchanged';
  readonly version: number;
}

/** Older versions are forgotten; runs that started with one keep it. */
const MAX_VERSIONS = 100;
const TRIES = 10;

export class Definitions {
  readonly #options: DefinitionsOptions;
  readonly #setter: ScheduleSetter;

  constructor(options: DefinitionsOptions) {
    this.#options = options;
    this.#setter = new ScheduleSetter(options, (namespace, name) => this.find(namespace, name));
  }

  /** What applying the draft would do. */
  async preview({ plan, source }: DefinitionDraft): Promise<Applied> {
    const definition = await this.#options.definitions.read(plan.namespace, plan.name);
    return previewOf(definition, plan, source);
  }

  /**
   * Makes the plan the workflow's current version, a new one unless it is the current one already, and sets its schedules. Where only
   * the text is another (comments, order), the current version keeps its number and has the new text.
   * @throws SluiceError no_answer when no orchestrator has taken the schedules yet; the definition is stored all the same;
   * definition_changed when it is not the expected one
   */
  async apply(draft: DefinitionDraft): Promise<Applied> {
    const { definitions, store } = this.#options;
    const { plan, linked = [], source, text } = draft;
    for (const one of [plan, ...linked]) await definitions.putPlan(one);
    const appliedAt = await store.now();
    let isSamePlan = false;
    const applied = await this.#change(plan.namespace, plan.name, (definition) => {
      requireRevision(draft, definition?.revision ?? 0);
      const preview = previewOf(definition, plan, source);
      isSamePlan = preview.change === 'unchanged';
      if (definition && isSamePlan) return withText(definition, plan, text);
      const version: DefinitionVersion = {
        number: preview.version,
        plan: plan.hash,
        linked: linked.map(({ hash }) => hash),
        ...(source === undefined ? {} : { source }),
        ...(text === undefined ? {} : { text }),
        appliedAt,
      };
      return { version, plan };
    });
    await this.#setter.sync(applied.definition);
    const { number } = currentOf(applied.definition);
    const change = isSamePlan ? 'unchanged' : applied.isNew ? 'created' : 'updated';
    return { namespace: plan.namespace, name: plan.name, change, version: number };
  }

  /** Makes an earlier version the current one. @throws SluiceError workflow_not_found, version_not_found, no_answer */
  async rollback(namespace: string, name: string, number: number): Promise<WorkflowDefinition> {
    const known = await this.history(namespace, name);
    const version = known.versions.find((one) => one.number === number);
    if (!version) throw versionNotFound(known, number);
    const plan = await this.#plan(version.plan);
    const { definition } = await this.#change(namespace, name, (now) =>
      now?.current === number ? undefined : { version, plan },
    );
    await this.#setter.sync(definition);
    return definition;
  }

  /**
   * Removes the workflow with its schedules. Runs go on. A removal that broke off in between is mended by removing again.
   * @throws SluiceError workflow_not_found, no_answer
   */
  async remove(namespace: string, name: string): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      const known = await this.#options.definitions.read(namespace, name);
      if (!known && (await this.#setter.clear(namespace, name, await this.#options.store.now()))) return;
      const { revision } = known ?? (await this.history(namespace, name));
      if (!(await this.#options.definitions.remove(namespace, name, revision))) continue;
      await this.#setter.clear(namespace, name, revision);
      return;
    }
    throw contended(namespace, name);
  }

  /** The current version, or the one of that number; undefined when the workflow was never applied. @throws SluiceError version_not_found */
  async find(namespace: string, name: string, number?: number): Promise<StartableVersion | undefined> {
    const definition = await this.#options.definitions.read(namespace, name);
    if (!definition) return undefined;
    const wanted = number ?? definition.current;
    const version = definition.versions.find((one) => one.number === wanted);
    if (!version) throw versionNotFound(definition, wanted);
    const plan = await this.#plan(version.plan);
    const linked = await Promise.all(version.linked.map((hash) => this.#plan(hash)));
    return { version, plan, linked };
  }

  list(): Promise<readonly DefinitionLine[]> {
    return this.#options.definitions.list();
  }

  /** @throws SluiceError workflow_not_found */
  async history(namespace: string, name: string): Promise<WorkflowDefinition> {
    const definition = await this.#options.definitions.read(namespace, name);
    if (definition) return definition;
    throw new SluiceError(
      'workflow_not_found',
      `No workflow "${name}" was applied in the namespace "${namespace}"; \`sluice workflows\` lists those that were.`,
    );
  }

  async #change(
    namespace: string,
    name: string,
    next: (now: WorkflowDefinition | undefined) => { version: DefinitionVersion; plan: Plan } | undefined,
  ): Promise<Changed> {
    const { definitions, store } = this.#options;
    for (let tries = 0; tries < TRIES; tries++) {
      const now = await definitions.read(namespace, name);
      const wanted = next(now);
      if (!wanted) {
        if (now) return { definition: now, changed: false, isNew: false };
        throw contended(namespace, name);
      }
      const definition = withCurrent(now, { ...wanted, at: await store.now() });
      const line = lineOf(definition, wanted.version, wanted.plan);
      const subscriptions = subscriptionsOf(wanted.plan);
      if (await definitions.write({ definition, line, subscriptions }, now?.revision ?? 0))
        return { definition, changed: true, isNew: now === undefined };
    }
    throw contended(namespace, name);
  }

  async #plan(hash: string): Promise<Plan> {
    const plan = await this.#options.definitions.plan(hash);
    if (plan) return plan;
    throw new SluiceError(
      'invalid_record',
      `The plan ${hash} of an applied workflow is not in this Redis; apply it again.`,
    );
  }
}

/** @throws SluiceError definition_changed */
function requireRevision({ plan, expected }: DefinitionDraft, revision: number): void {
  if (expected === undefined || expected === revision) return;
  const now = revision === 0 ? 'does not exist' : `has the revision ${revision}`;
  throw new SluiceError(
    'definition_changed',
    `The workflow ${plan.name} of the namespace ${plan.namespace} ${now} now, not ${expected}; look at it again.`,
  );
}

interface Changed {
  readonly definition: WorkflowDefinition;
  readonly changed: boolean;
  readonly isNew: boolean;
}

interface NewCurrent {
  readonly version: DefinitionVersion;
  readonly plan: Plan;
  /** The store's clock, ms. */
  readonly at: number;
}

function withCurrent(
  now: WorkflowDefinition | undefined,
  { version, plan, at }: NewCurrent,
): WorkflowDefinition {
  const before = (now?.versions ?? []).filter(({ number }) => number !== version.number);
  const versions = [...before, version].sort((a, b) => a.number - b.number);
  const { namespace, name } = plan;
  const kept = versions.slice(-MAX_VERSIONS);
  return {
    format: 1,
    namespace,
    name,
    revision: Math.max((now?.revision ?? 0) + 1, at),
    current: version.number,
    versions: kept.includes(version) ? kept : [version, ...kept.slice(1)],
  };
}

/** Undefined when the current version has this text already. */
function withText(
  definition: WorkflowDefinition,
  plan: Plan,
  text: SourceRef | undefined,
): { version: DefinitionVersion; plan: Plan } | undefined {
  const current = currentOf(definition);
  const isSame = text === undefined || sameSource(text, current.text);
  return isSame ? undefined : { version: { ...current, text }, plan };
}

function previewOf(
  definition: WorkflowDefinition | undefined,
  plan: Plan,
  source: SourceRef | undefined,
): Applied {
  const { namespace, name } = plan;
  if (!definition) return { namespace, name, change: 'created', version: 1 };
  const current = currentOf(definition);
  const isSame = current.plan === plan.hash && sameSource(current.source, source);
  if (isSame) return { namespace, name, change: 'unchanged', version: current.number };
  const newest = definition.versions.at(-1)?.number ?? 0;
  return { namespace, name, change: 'updated', version: newest + 1 };
}

function currentOf({ versions, current }: WorkflowDefinition): DefinitionVersion {
  const version = versions.find(({ number }) => number === current);
  if (version) return version;
  throw new SluiceError(
    'invalid_record',
    `A definition has no version ${current}, which should be its current one.`,
  );
}

function sameSource(a: SourceRef | undefined, b: SourceRef | undefined): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

function versionNotFound({ name, versions }: WorkflowDefinition, number: number): SluiceError {
  const numbers = versions.map((one) => one.number).join(', ');
  return new SluiceError(
    'version_not_found',
    `The workflow ${name} has no version ${number}; it has ${numbers}.`,
  );
}

function contended(namespace: string, name: string): SluiceError {
  return new SluiceError(
    'not_possible',
    `The workflow ${name} of the namespace ${namespace} is being changed by others all the time; try again.`,
  );
}
