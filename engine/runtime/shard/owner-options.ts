/** What the owner of a shard works with. */
import type { MayBundle, ShardFacts, WindowOf } from '../../core/decide/index.ts';
import type { EngineActions } from '../../core/engine-outcome.ts';
import type { LearnedDurations } from '../../core/learned-durations.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { RunIndex } from '../../ports/run-index.ts';
import type { ClientStore, OwnerStore } from '../../ports/shard-store.ts';
import type { TaskQueue } from '../../ports/task-queue.ts';
import type { RunTracer } from '../../ports/tracer.ts';
import type { CalmLogger } from '../calm-logger.ts';
import type { OutputStore } from '../files/output-store.ts';

export interface ShardOwnerOptions {
  readonly store: OwnerStore & Pick<ClientStore, 'send' | 'start' | 'storePlan'>;
  readonly queue: Pick<TaskQueue, 'add' | 'raise'>;
  readonly index: Pick<RunIndex, 'record' | 'teach'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For what goes wrong again and again while Redis is away. */
  readonly complaints: CalmLogger;
  readonly actions: EngineActions;
  readonly windowOf: WindowOf;
  readonly mayBundle: MayBundle;
  /** Where large outputs are kept. Absent: all stay in the state of their run. */
  readonly outputs?: OutputStore | undefined;
  /** Number of shards; posts need it to bring plans to other shards. Default 1. */
  readonly shards?: number;
  /** What decisions may ask of the world. Default: no workers, no subscribers. */
  readonly facts?: ShardFacts;
  /** Absent: notifications wait for an orchestrator that has one. */
  readonly notifier?: Notifier | undefined;
  /** Shared with the other shards of the orchestrator. Default: of its own. */
  readonly durations?: LearnedDurations;
  /** Follows commits, nodes and runs in traces. */
  readonly tracer?: RunTracer | undefined;
}
