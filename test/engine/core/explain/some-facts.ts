/** Facts for explanations: one worker of the queue `default`, an orchestrator, and what the rig's store has. */
import { NO_ACTOR } from '../../../../engine/core/actor.ts';
import type { ExplainFacts } from '../../../../engine/core/explain/index.ts';
import { START_MS } from '../../../support/run-builder.ts';
import { ACTIONS } from '../../../support/shard-rig.ts';

export function someFacts(change: Partial<ExplainFacts> = {}): ExplainFacts {
  return {
    now: START_MS,
    workers: [{ session: 's1', name: 'w', queues: { default: 4 }, labels: {}, executors: ['work'] }],
    orchestrators: 1,
    engineActions: new Set(ACTIONS.keys()),
    flights: new Map(),
    timers: new Map(),
    children: new Map(),
    limit: () => NO_ACTOR,
    attempts: () => [],
    ...change,
  };
}
