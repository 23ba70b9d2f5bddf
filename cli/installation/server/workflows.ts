/** Applied workflows and their schedules, changed through a server. */
import { SluiceError } from '../../../engine/core/errors.ts';
import type { RunForecast } from '../../../engine/core/forecast/index.ts';
import { explainMissing } from '../../../engine/runtime/schedules.ts';
import { listAllSchedules, listAllWorkflows } from '../../../server/operations/everywhere.ts';
import {
  cancelBackfill,
  getSchedule,
  listSchedules,
  pauseSchedule,
  resumeSchedule,
  startBackfill,
} from '../../../server/operations/operating.ts';
import { planWorkflow } from '../../../server/operations/rehearsal.ts';
import { workflowPlan } from '../../../server/operations/runs.ts';
import {
  applyWorkflow,
  getWorkflow,
  listWorkflows,
  removeWorkflow,
  rollbackWorkflow,
} from '../../../server/operations/workflows.ts';
import type { ScheduleLine } from '../../../server/schedule-line.ts';
import type { ScheduleDesk } from '../schedules.ts';
import type { WorkflowSource } from '../workflow-source.ts';
import type { WorkflowLine, Workflows } from '../workflows.ts';
import type { ServerApi } from './api.ts';
import { sentWorkflow, uploadFolder } from './sent-workflow.ts';

const PAGE = '500';

export function serverWorkflows(api: ServerApi): Workflows {
  return {
    list: (namespace) => list(api, namespace),
    async history(namespace, workflow) {
      const found = await api.read(getWorkflow, { params: { namespace, workflow } });
      const { name, version, versions } = found;
      return { namespace, name, version, versions };
    },
    plan: (namespace, workflow) =>
      api.read(workflowPlan, { params: { namespace, workflow } }).catch(unlessMissing),
    async forecast({ plan, text: { source, file, files } }, inputs) {
      const { namespace, name: workflow } = plan;
      const body = { workflow, source, file, files: { ...files }, inputs: { ...inputs } };
      const { inputs: _, ...forecast } = await api.read(planWorkflow, { params: { namespace }, body });
      // The server forecasts by the same function.
      return forecast as unknown as RunForecast;
    },
    preview: (source) => apply(api, source, true),
    change(work) {
      const uploaded = new Set<string>();
      return work({
        async apply(source) {
          const folder = `${source.plan.namespace}/${(await source.pack()).hash}`;
          if (!uploaded.has(folder)) await uploadFolder(api, source.plan.namespace, source);
          uploaded.add(folder);
          return apply(api, source, false);
        },
        remove: (namespace, workflow) => api.read(removeWorkflow, { params: { namespace, workflow } }),
        async rollback(namespace, workflow, version) {
          const params = { namespace, workflow };
          return (await api.read(rollbackWorkflow, { params, body: { version } })).version;
        },
      });
    },
  };
}

async function list(api: ServerApi, namespace: string | undefined): Promise<readonly WorkflowLine[]> {
  if (namespace === undefined) return (await api.read(listAllWorkflows)).workflows;
  const lines: WorkflowLine[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query: { limit: string; cursor?: string } = { limit: PAGE };
    if (cursor !== undefined) query.cursor = cursor;
    const page: { readonly workflows: readonly WorkflowLine[]; readonly next: string | null } =
      await api.read(listWorkflows, { params: { namespace }, query });
    lines.push(...page.workflows);
    cursor = page.next;
  }
  return lines;
}

async function apply(api: ServerApi, source: WorkflowSource, isDry: boolean) {
  const { namespace, name: workflow } = source.plan;
  const { version, change, name } = await api.read(applyWorkflow, {
    params: { namespace, workflow },
    query: isDry ? { dry_run: 'true' } : {},
    body: await sentWorkflow(source),
  });
  return { namespace, name, version, change };
}

function unlessMissing(thrown: unknown): undefined {
  if (thrown instanceof SluiceError && thrown.code === 'workflow_not_found') return undefined;
  throw thrown;
}

export function serverSchedules(api: ServerApi): ScheduleDesk {
  const all = async (namespace: string | undefined) => {
    const { schedules } =
      namespace === undefined
        ? await api.read(listAllSchedules)
        : await api.read(listSchedules, { params: { namespace } });
    // The server makes them by `scheduleLineOf`.
    return schedules as unknown as readonly ScheduleLine[];
  };
  return {
    list: all,
    async find({ namespace, workflow, number }, count = 1) {
      const own = (await all(namespace)).filter((line) => line.workflow === workflow);
      const wanted = number === undefined ? own : own.filter((line) => line.trigger === number);
      const [only] = wanted;
      if (!only || wanted.length > 1) {
        const numbers = own.map((line) => line.trigger);
        throw new SluiceError('schedule_not_found', explainMissing({ namespace, workflow }, numbers, number));
      }
      const query = { count: String(Math.max(1, count)) };
      const { schedule, next } = await api.read(getSchedule, { params: paramsOf(only), query });
      return { schedule: schedule as unknown as ScheduleLine, next: next.slice(0, count) };
    },
    change: (work) =>
      work({
        async pause(line, reason) {
          const body = reason === undefined ? {} : { reason };
          await api.read(pauseSchedule, { params: paramsOf(line), body });
        },
        async resume(line) {
          await api.read(resumeSchedule, { params: paramsOf(line), body: {} });
        },
        async backfill(line, { from, to, maxParallel, rerun }) {
          const body = { from: iso(from), to: iso(to), max_parallel: maxParallel, rerun };
          return (await api.read(startBackfill, { params: paramsOf(line), body })).id ?? '';
        },
        async cancelBackfill(line, backfill) {
          await api.read(cancelBackfill, { params: { ...paramsOf(line), backfill }, body: {} });
        },
      }),
  };
}

function paramsOf({ namespace, workflow, trigger }: ScheduleLine) {
  return { namespace, workflow, trigger: String(trigger) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
