/** Applied workflows and their schedules, changed directly in Redis. */
import { linkedPlans } from '../../../engine/core/child-plan.ts';
import type { SourceRef } from '../../../engine/core/ticket.ts';
import { learnFromRuns } from '../../../engine/runtime/client/run-history.ts';
import { nextTicks, type ScheduleView } from '../../../engine/runtime/schedules.ts';
import { bundleHolder, storeBundle } from '../../../engine/runtime/source/source-bundle.ts';
import { keepText } from '../../../engine/runtime/source/workflow-text.ts';
import { type ScheduleLine, scheduleLineOf } from '../../../server/schedule-line.ts';
import { historyOf, workflowLineOf } from '../../../server/workflow-line.ts';
import { definitionsOf, schedulesOf, withOrchestrator } from '../../compose/definitions.ts';
import type { Engine } from '../../compose/engine.ts';
import type { Host } from '../../host.ts';
import { forecastHere } from '../forecast.ts';
import type { ScheduleDesk } from '../schedules.ts';
import type { Workflows } from '../workflows.ts';

export function redisWorkflows(host: Host, engine: Engine): Workflows {
  const definitions = definitionsOf(engine, 0);
  return {
    async list(namespace) {
      const all = (await definitions.list()).map(workflowLineOf);
      return all.filter((line) => (namespace ?? line.namespace) === line.namespace);
    },
    history: async (namespace, name) => historyOf(await definitions.history(namespace, name)),
    plan: async (namespace, name) => (await definitions.find(namespace, name))?.plan,
    async forecast(source, inputs) {
      return forecastHere(source, inputs, await learnFromRuns(engine, source.plan));
    },
    async preview({ plan, pack }) {
      const { hash } = await pack();
      const source: SourceRef = { bundle: hash, run: bundleHolder(hash) };
      return definitions.preview({ plan, source });
    },
    change: (work) =>
      withOrchestrator(host, engine, (changing) =>
        work({
          async apply({ plan, linked, pack, text }) {
            const bundle = await pack();
            return changing.definitions.apply({
              plan,
              linked: linkedPlans(plan, linked),
              source: await storeBundle(engine.artifacts, bundleHolder(bundle.hash), bundle),
              text: await keepText(engine.artifacts, text.source),
            });
          },
          remove: (namespace, name) => changing.definitions.remove(namespace, name),
          async rollback(namespace, name, version) {
            return (await changing.definitions.rollback(namespace, name, version)).current;
          },
        }),
      ),
  };
}

export function redisSchedules(host: Host, engine: Engine): ScheduleDesk {
  const desk = schedulesOf(engine);
  /** The lines do not say where a schedule's documents are. */
  const viewOf = ({ namespace, workflow, trigger }: ScheduleLine): Promise<ScheduleView> =>
    desk.find({ namespace, workflow, number: trigger });
  return {
    async list(namespace) {
      const now = await engine.store.now();
      const all = (await desk.list()).map((one) => scheduleLineOf(one, now));
      return all.filter((line) => (namespace ?? line.namespace) === line.namespace);
    },
    async find(name, count = 0) {
      const found = await desk.find(name);
      const now = await engine.store.now();
      const next = nextTicks(found, now, count).map((time) => new Date(time).toISOString());
      return { schedule: scheduleLineOf(found, now), next };
    },
    change: (work) =>
      withOrchestrator(host, engine, ({ schedules }) =>
        work({
          pause: async (line, reason) => schedules.pause(await viewOf(line), reason),
          resume: async (line) => schedules.resume(await viewOf(line)),
          backfill: async (line, request) => schedules.backfill(await viewOf(line), request),
          cancelBackfill: async (line, id) => schedules.cancelBackfill(await viewOf(line), id),
        }),
      ),
  };
}
