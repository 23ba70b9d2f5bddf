/** What the pages of workflows ask. What changes with runs stands below `['runs', namespace]`, which is refreshed as runs go on. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type * as operating from '../../server/operations/operating.ts';
import type * as rehearsal from '../../server/operations/rehearsal.ts';
import type * as pages from '../../server/operations/workflow-pages.ts';
import type * as operations from '../../server/operations/workflows.ts';
import { apiPath, get, request } from '../api/http.ts';

export type WorkflowList = z.infer<(typeof operations.listWorkflows)['reply']>;
export type WorkflowLine = WorkflowList['workflows'][number];
export type Workflow = z.infer<(typeof operations.getWorkflow)['reply']>;
export type Version = z.infer<(typeof operations.getVersion)['reply']>;
export type Graph = z.infer<(typeof operations.workflowGraph)['reply']>;
export type Validation = z.infer<(typeof rehearsal.validateWorkflows)['reply']>;
export type Diagnostic = Validation['diagnostics'][number];
export type Applied = z.infer<(typeof operations.applyWorkflow)['reply']>;
export type History = z.infer<(typeof pages.workflowHistory)['reply']>;
export type HistoryRun = History['runs'][number];
export type StartForm = z.infer<(typeof pages.startForm)['reply']>;
export type Field = StartForm['inputs'][string];
export type Schedule = z.infer<(typeof operating.listSchedules)['reply']>['schedules'][number];

export interface WorkflowRef {
  readonly namespace: string;
  readonly workflow: string;
}

/** Newest runs in the strip of a line. */
const STRIP = 8;

export const workflowsQuery = (namespace: string, search: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['runs', namespace, 'workflows', search],
    queryFn: ({ pageParam: cursor, signal }) =>
      get<WorkflowList>(
        apiPath(namespace, 'workflows'),
        { search, recent: STRIP, limit: 50, cursor },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: 15_000,
  });

/** A workflow and the ETag under which it was seen. */
export interface Seen {
  readonly workflow: Workflow;
  readonly etag: string;
}

export const workflowQuery = ({ namespace, workflow }: WorkflowRef) =>
  queryOptions({
    queryKey: ['workflow', namespace, workflow],
    queryFn: async ({ signal }): Promise<Seen> => {
      const response = await request(apiPath(namespace, 'workflows', workflow), { signal });
      return {
        workflow: (await response.json()) as Workflow,
        etag: response.headers.get('etag') ?? '',
      };
    },
  });

export const versionQuery = ({ namespace, workflow }: WorkflowRef, number: number | undefined) =>
  queryOptions({
    queryKey: ['workflow', namespace, workflow, 'version', number],
    queryFn: ({ signal }) =>
      get<Version>(apiPath(namespace, 'workflows', workflow, 'versions', String(number)), {}, signal),
    enabled: number !== undefined,
    // A version never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });

export const historyQuery = ({ namespace, workflow }: WorkflowRef, runs = 25) =>
  queryOptions({
    queryKey: ['runs', namespace, 'history', workflow, runs],
    queryFn: ({ signal }) =>
      get<History>(apiPath(namespace, 'workflows', workflow, 'history'), { runs }, signal),
    refetchInterval: 15_000,
  });

export const definitionGraphQuery = ({ namespace, workflow }: WorkflowRef, version?: number) =>
  queryOptions({
    queryKey: ['workflow', namespace, workflow, 'graph', version],
    queryFn: ({ signal }) =>
      get<Graph>(apiPath(namespace, 'workflows', workflow, 'graph'), { version }, signal),
  });

export const startFormQuery = ({ namespace, workflow }: WorkflowRef, version?: number) =>
  queryOptions({
    queryKey: ['workflow', namespace, workflow, 'form', version],
    queryFn: ({ signal }) =>
      get<StartForm>(apiPath(namespace, 'workflows', workflow, 'form'), { version }, signal),
  });

export const schedulesQuery = (namespace: string) =>
  queryOptions({
    queryKey: ['schedules', namespace],
    queryFn: async ({ signal }) => {
      const { schedules } = await get<{ schedules: readonly Schedule[] }>(
        apiPath(namespace, 'schedules'),
        {},
        signal,
      );
      return schedules;
    },
    refetchInterval: 30_000,
  });

export const nextTimesQuery = ({ namespace, workflow }: WorkflowRef, trigger: number) =>
  queryOptions({
    queryKey: ['schedules', namespace, workflow, trigger],
    queryFn: ({ signal }) =>
      get<{ next: readonly string[] }>(
        apiPath(namespace, 'workflows', workflow, 'schedules', String(trigger)),
        { count: 5 },
        signal,
      ),
  });
