/** What the pages of operating ask the server, each under its key, and the shapes of the replies. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type * as audit from '../../server/operations/audit.ts';
import type * as notifications from '../../server/operations/notifications.ts';
import type * as operating from '../../server/operations/operating.ts';
import type * as tokens from '../../server/operations/tokens.ts';
import { apiPath, get } from '../api/http.ts';

type Reply<Operation extends { readonly reply: z.ZodType }> = z.infer<Operation['reply']>;

/** Lists that nothing tells the changes of are asked for again this often, ms. */
const AGAIN_MS = 5_000;

/** As `sluice schedules --json` has it; which members there are depends on the kind. */
export interface Schedule {
  readonly workflow: string;
  readonly trigger: number;
  readonly kind: 'cron' | 'every' | 'at' | 'after';
  readonly cron?: string;
  readonly timezone?: string;
  readonly everyMs?: number;
  readonly atMs?: number;
  readonly next: string | null;
  readonly last: { readonly logical_time: string; readonly run: string } | null;
  readonly paused: { readonly at: string; readonly reason: string | null } | null;
  readonly problem: { readonly message: string } | null;
  readonly missed: { readonly from: string; readonly to: string } | null;
  readonly waiting: readonly string[];
  readonly backfills: readonly {
    readonly id: string;
    readonly status: string;
    readonly from: string;
    readonly to: string;
    readonly started: number;
    readonly running: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly cancelled: number;
  }[];
}

export const schedulesQuery = (namespace: string) =>
  queryOptions({
    queryKey: ['schedules', namespace],
    queryFn: ({ signal }) =>
      get<{ readonly schedules: readonly Schedule[] }>(apiPath(namespace, 'schedules'), {}, signal),
    refetchInterval: AGAIN_MS,
  });

export const limitsQuery = (namespace: string) =>
  queryOptions({
    queryKey: ['limits', namespace],
    queryFn: ({ signal }) =>
      get<Reply<typeof operating.listLimits>>(apiPath(namespace, 'limits'), {}, signal),
    refetchInterval: AGAIN_MS,
  });
export type Limit = Reply<typeof operating.listLimits>['limits'][number];

export const queuesQuery = queryOptions({
  queryKey: ['queues'],
  queryFn: ({ signal }) => get<Reply<typeof operating.listQueues>>('/api/v1/queues', {}, signal),
  refetchInterval: AGAIN_MS,
});

export const workersQuery = queryOptions({
  queryKey: ['workers'],
  queryFn: ({ signal }) => get<Reply<typeof operating.listWorkers>>('/api/v1/workers', {}, signal),
  refetchInterval: AGAIN_MS,
});

export const secretsQuery = (namespace: string) =>
  queryOptions({
    queryKey: ['secrets', namespace],
    queryFn: ({ signal }) =>
      get<Reply<typeof operating.listSecrets>>(apiPath(namespace, 'secrets'), {}, signal),
  });

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: ({ signal }) => get<Reply<typeof tokens.listTokens>>('/api/v1/tokens', {}, signal),
});
export type CreatedToken = Reply<typeof tokens.createToken>;

export interface AuditFilter {
  readonly who?: string | undefined;
  readonly action?: string | undefined;
  readonly object?: string | undefined;
  readonly namespace?: string | undefined;
}

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam, signal }) =>
      get<Reply<typeof audit.listAudit>>(
        '/api/v1/audit',
        { ...filter, limit: 50, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
export type AuditVerdict = Reply<typeof audit.verifyAudit>;

type NotificationList = Reply<typeof notifications.listNotifications>;
export type NotificationState = NotificationList['notifications'][number]['state'];

export const notificationsQuery = (namespace: string, state: NotificationState | undefined) =>
  queryOptions({
    queryKey: ['notifications', namespace, state],
    queryFn: ({ signal }) =>
      get<NotificationList>(apiPath(namespace, 'notifications'), { state, limit: 200 }, signal),
    refetchInterval: AGAIN_MS,
  });

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: ({ signal }) => get<Reply<typeof notifications.listChannels>>('/api/v1/channels', {}, signal),
});
