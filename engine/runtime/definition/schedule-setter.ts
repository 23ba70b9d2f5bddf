/** Brings schedules in line with the definitions: sets those of a workflow, removes those that are gone, tells who follows it. */
import { parseDocumentKey } from '../../core/actor.ts';
import { SluiceError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { Plan } from '../../core/plan.ts';
import { shardOf } from '../../core/run-id.ts';
import {
  parseScheduleAddress,
  type ScheduleSpec,
  type ScheduleTrigger,
  SPEC,
  scheduleAddress,
  tickSpec,
} from '../../core/schedule/document.ts';
import { runRequest } from '../../core/schedule/run-request.ts';
import type { TickSpec } from '../../core/schedule/tick.ts';
import type { SourceRef } from '../../core/ticket.ts';
import type { WorkflowDefinition } from '../../ports/definition-store.ts';
import { askActor } from '../client/ask-actor.ts';
import type { Pinned } from '../client/pins.ts';
import {
  type DefinitionsOptions,
  type StartableVersion,
  scheduleTriggers,
  startsOf,
} from './definition-line.ts';

type Find = (namespace: string, name: string) => Promise<StartableVersion | undefined>;

export class ScheduleSetter {
  readonly #options: DefinitionsOptions;
  readonly #find: Find;

  constructor(options: DefinitionsOptions, find: Find) {
    this.#options = options;
    this.#find = find;
  }

  /** After a change of the definition: also the schedules of all who start or follow the workflow. */
  async sync(definition: WorkflowDefinition): Promise<void> {
    await this.#set(definition);
    const lines = await this.#options.definitions.list();
    const name = `${definition.namespace}/${definition.name}`;
    const changed = new Set([name]);
    // Those that start it by name, directly or through others: their schedules pin its new version.
    for (let size = 0; size < changed.size; ) {
      size = changed.size;
      for (const line of lines)
        if (line.starts.some((one) => changed.has(one))) changed.add(`${line.namespace}/${line.name}`);
    }
    changed.delete(name);
    for (const line of lines) {
      if (!changed.has(`${line.namespace}/${line.name}`) || line.schedules.length === 0) continue;
      const parent = await this.#options.definitions.read(line.namespace, line.name);
      if (parent) await this.#set(parent);
    }
    await this.#tellFollowers(definition.namespace, definition.name);
  }

  /** After the definition was removed. Answers whether there were schedules left. */
  async clear(namespace: string, name: string, revision: number): Promise<boolean> {
    const removed = await this.#removeOthers(namespace, name, { revision, kept: new Set() });
    await this.#tellFollowers(namespace, name);
    return removed > 0;
  }

  async #set({ namespace, name, revision }: WorkflowDefinition): Promise<void> {
    const found = await this.#find(namespace, name);
    if (!found) return;
    const triggers = scheduleTriggers(found.plan);
    const pinned = triggers.length > 0 ? await this.#pins(found) : { pins: {}, sources: {}, plans: [] };
    for (const [number, trigger] of triggers) {
      const address = scheduleAddress(namespace, name, number);
      const spec = await this.#spec(found, { trigger, revision, pins: pinned.pins, sources: pinned.sources });
      const shard = shardOf(address, this.#options.shards);
      for (const plan of [found.plan, ...found.linked, ...pinned.plans])
        await this.#options.store.storePlan(shard, plan);
      await this.#ask(address, 'set', { spec: spec as unknown as Json });
    }
    await this.#removeOthers(namespace, name, {
      revision,
      kept: new Set(triggers.map(([number]) => number)),
    });
  }

  async #spec(
    { plan, version }: StartableVersion,
    set: { trigger: ScheduleTrigger; revision: number } & Pick<Pinned, 'pins' | 'sources'>,
  ): Promise<ScheduleSpec> {
    const { trigger, revision, pins, sources } = set;
    const expects =
      trigger.kind === 'after' && trigger.windowMs !== undefined
        ? await this.#expected(trigger.namespace, trigger.workflow)
        : undefined;
    return {
      format: 1,
      revision,
      namespace: plan.namespace,
      workflow: plan.name,
      version: version.number,
      plan: plan.hash,
      trigger,
      inputs: plan.inputs,
      labels: plan.labels,
      priority: plan.priority,
      ...(version.source === undefined ? {} : { source: version.source }),
      ...(Object.keys(pins).length === 0 ? {} : { pins, sources }),
      ...(expects === undefined ? {} : { expects }),
    };
  }

  /** Schedules of the workflow that the new version does not have any more. */
  async #removeOthers(
    namespace: string,
    name: string,
    { revision, kept }: { revision: number; kept: ReadonlySet<number> },
  ): Promise<number> {
    const gone = [...(await this.#existing(namespace, name))].filter((number) => !kept.has(number));
    for (const number of gone)
      await this.#ask(scheduleAddress(namespace, name, number), 'remove', { revision });
    return gone.length;
  }

  async #existing(namespace: string, name: string): Promise<ReadonlySet<number>> {
    const { store, shards } = this.#options;
    const prefix = scheduleAddress(namespace, name, 0).replace(/0$/, '');
    const found = new Set<number>();
    for (let shard = 0; shard < shards; shard++) {
      for (const [key] of await store.readActors(shard, prefix)) {
        const { actor, field } = parseDocumentKey(key);
        if (field === SPEC) found.add(parseScheduleAddress(actor).trigger);
      }
    }
    return found;
  }

  /** Schedules with a window wait for all logical times of the workflow that they follow. */
  async #tellFollowers(namespace: string, workflow: string): Promise<void> {
    const stored = await this.#options.definitions.subscriptions();
    const followers = (stored?.subscriptions ?? []).filter(
      (one) => one.namespace === namespace && one.workflow === workflow,
    );
    if (followers.length === 0) return;
    const expects = (await this.#expected(namespace, workflow)) as unknown as Json;
    for (const { address } of followers) {
      await this.#ask(address, 'expect', { expects }).catch((thrown: unknown) => {
        if (!(thrown instanceof SluiceError) || thrown.code !== 'schedule_not_found') throw thrown;
      });
    }
  }

  async #expected(namespace: string, workflow: string): Promise<TickSpec[]> {
    const found = await this.#find(namespace, workflow);
    const triggers = found ? scheduleTriggers(found.plan) : [];
    return triggers.flatMap(([, trigger]) => (trigger.kind === 'after' ? [] : [tickSpec(trigger)]));
  }

  /** The versions of all sub-workflows that it starts by name, directly or through others. */
  async #pins({ plan, linked }: StartableVersion): Promise<Pinned> {
    const pins = new Map<string, string>();
    const sources = new Map<string, SourceRef>();
    const plans: Plan[] = [];
    const open = [plan, ...linked].flatMap(startsOf);
    for (const name of open) {
      if (pins.has(name)) continue;
      const [namespace = '', workflow = ''] = name.split('/');
      const found = await this.#find(namespace, workflow);
      if (!found) continue;
      pins.set(name, found.plan.hash);
      if (found.version.source) sources.set(name, found.version.source);
      plans.push(found.plan, ...found.linked);
      open.push(...[found.plan, ...found.linked].flatMap(startsOf));
    }
    return { pins: Object.fromEntries(pins), sources: Object.fromEntries(sources), plans };
  }

  async #ask(address: string, name: string, body: { readonly [field: string]: Json }): Promise<void> {
    const { store, newRequestId, waitMs } = this.#options;
    await askActor(store, { type: 'actor', to: address, name, body, request: newRequestId() }, waitMs);
  }
}

/** Why the triggers of a plan could never start a run: inputs that do not fit. Asked before anything is stored. */
export function triggerProblems(plan: Plan): string[] {
  const now = '2026-01-01T00:00:00.000Z';
  const interval = { start: now, end: now };
  return scheduleTriggers(plan).flatMap(([number, trigger]) => {
    // What it follows leaves outputs that are not known yet.
    if (trigger.kind === 'after') return [];
    const spec = { format: 1, revision: 0, version: 0, plan: plan.hash, labels: {}, priority: 5 } as const;
    const { namespace, name: workflow, inputs } = plan;
    const request = runRequest(
      { ...spec, namespace, workflow, inputs, trigger },
      { id: '', trigger: { type: 'schedule', logical_time: now, interval }, tell: [] },
    );
    return 'problem' in request ? [`trigger ${number} (${trigger.kind}): ${request.problem}`] : [];
  });
}
