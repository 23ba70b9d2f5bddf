/** What the overview asks the server. */
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type * as alerts from '../../server/operations/alerts.ts';
import type * as overview from '../../server/operations/overview.ts';
import { apiPath, get } from '../api/http.ts';

export type Statistics = z.infer<(typeof overview.runStatistics)['reply']>;
export type Attention = z.infer<(typeof overview.attention)['reply']>;

export type Alerts = z.infer<(typeof alerts.listAlerts)['reply']>['alerts'];

/** Below the key of the lists of runs, so that the stream of changes refreshes them as well. */
export const statisticsQuery = (namespace: string, hours: number) =>
  queryOptions({
    queryKey: ['runs', namespace, 'statistics', hours],
    queryFn: ({ signal }) => get<Statistics>(apiPath(namespace, 'statistics'), { hours }, signal),
    refetchInterval: 15_000,
  });

export const attentionQuery = (namespace: string) =>
  queryOptions({
    queryKey: ['runs', namespace, 'attention'],
    queryFn: ({ signal }) => get<Attention>(apiPath(namespace, 'attention'), {}, signal),
    refetchInterval: 15_000,
  });

/** What fires in the namespace, and in the installation as far as one may see that. A run that ends may begin or end an alert. */
export const alertsQuery = (namespace: string) =>
  queryOptions({
    queryKey: ['runs', namespace, 'alerts'],
    queryFn: ({ signal }) => get<{ alerts: Alerts }>('/api/v1/alerts', { state: 'firing' }, signal),
    select: ({ alerts }) => alerts.filter((one) => one.namespace === null || one.namespace === namespace),
    refetchInterval: 15_000,
  });
