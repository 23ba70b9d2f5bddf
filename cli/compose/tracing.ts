/** Opens what the roles of this process tell of their work, if anybody asked for traces. Nothing is loaded otherwise. */
import { SluiceError } from '../../engine/core/errors.ts';
import type { AttemptTracer, RunTracer } from '../../engine/ports/tracer.ts';
import { CalmLogger } from '../../engine/runtime/calm-logger.ts';
import { readTracing, type TracingSettings } from '../../monitoring/tracing/settings.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { readVersion } from '../version.ts';
import type { Engine } from './engine.ts';

export interface OpenTraces {
  readonly runs: RunTracer | undefined;
  readonly attempts: AttemptTracer | undefined;
  /** Sends what is left, for three seconds at most. */
  close(): Promise<void>;
}

const NO_TRACES: OpenTraces = { runs: undefined, attempts: undefined, close: async () => {} };

/** @param role its name among others of its kind */
export async function openTraces(host: Host, engine: Engine, role: string): Promise<OpenTraces> {
  const settings = settingsOf(host);
  if (!settings) return NO_TRACES;
  const { clock, logger } = engine;
  const complaints = new CalmLogger(clock, logger);
  const [{ openCollector }, { runTracer }, { attemptTracer }] = await Promise.all([
    import('../../monitoring/tracing/collector.ts'),
    import('../../monitoring/tracing/run-spans.ts'),
    import('../../monitoring/tracing/attempt-spans.ts'),
  ]);
  const collector = await openCollector({
    ...settings,
    resource: { 'service.version': readVersion(), 'service.instance.id': role },
    onTrouble: (error) => complaints.warn(`spans could not be sent to ${new URL(settings.url).host}`, error),
  });
  return {
    runs: runTracer(collector.tell, settings.sampler),
    attempts: attemptTracer(collector.tell, role, () => clock.now()),
    close: () => collector.close(),
  };
}

function settingsOf({ settings }: Host): TracingSettings | undefined {
  try {
    return readTracing(settings.environment);
  } catch (thrown) {
    throw thrown instanceof SluiceError ? usageFailure(thrown.message) : thrown;
  }
}
