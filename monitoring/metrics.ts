/**
 * All metrics, one row each; docs/monitoring.md, the dashboard and the alert rules name no other (a test compares). Labels have
 * few values: states, kinds, queues; never the id of a run.
 */

export type MetricKind = 'counter' | 'gauge' | 'histogram';

export interface MetricRow {
  readonly kind: MetricKind;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds; of histograms only. */
  readonly buckets?: readonly number[];
  /** Who has it. */
  readonly of: 'orchestrator' | 'worker' | 'server' | 'all';
}

/** Seconds, from what a script takes to what people wait for. */
const CALL = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const WAIT = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200];

const of = (row: Omit<MetricRow, 'labels'> & { readonly labels?: readonly string[] }): MetricRow => ({
  labels: [],
  ...row,
});

export const METRICS = {
  sluice_runs: of({
    kind: 'gauge',
    of: 'orchestrator',
    labels: ['status'],
    help: 'Runs that have not ended, on the shards owned here.',
  }),
  sluice_nodes: of({
    kind: 'gauge',
    of: 'orchestrator',
    labels: ['state'],
    help: 'Nodes of runs that have not ended, on the shards owned here.',
  }),
  sluice_queue_nodes: of({
    kind: 'gauge',
    of: 'orchestrator',
    labels: ['queue'],
    help: 'Nodes that wait for a worker.',
  }),
  sluice_queue_oldest_seconds: of({
    kind: 'gauge',
    of: 'orchestrator',
    labels: ['queue'],
    help: 'How long the node has waited that waits longest for a worker.',
  }),
  sluice_shards_owned: of({ kind: 'gauge', of: 'orchestrator', help: 'Shards owned by this orchestrator.' }),
  sluice_flights_unclaimed: of({
    kind: 'gauge',
    of: 'orchestrator',
    help: 'Attempts that were dispatched and that no worker has claimed yet.',
  }),
  sluice_flights_claimed: of({ kind: 'gauge', of: 'orchestrator', help: 'Attempts that a worker holds.' }),
  sluice_limit_holders: of({ kind: 'gauge', of: 'orchestrator', help: 'Nodes and runs that hold a limit.' }),
  sluice_limit_waiters: of({
    kind: 'gauge',
    of: 'orchestrator',
    help: 'Nodes and runs that wait for a limit.',
  }),
  sluice_outbox_posts: of({
    kind: 'gauge',
    of: 'orchestrator',
    help: 'Messages to other shards that were not delivered yet.',
  }),
  sluice_alerts_firing: of({
    kind: 'gauge',
    of: 'orchestrator',
    labels: ['rule'],
    help: 'Alerts that fire, by rule: failure, late, slow, queue_stuck, worker_lost, schedule_missed.',
  }),
  sluice_events_total: of({
    kind: 'counter',
    of: 'orchestrator',
    labels: ['type'],
    help: 'Events of the history, by type: run.started, node.retrying, node.redelivered, …',
  }),
  sluice_runs_ended_total: of({
    kind: 'counter',
    of: 'orchestrator',
    labels: ['status'],
    help: 'Runs that have ended, by status.',
  }),
  sluice_queue_seconds: of({
    kind: 'histogram',
    of: 'orchestrator',
    help: 'From ready to started, for each attempt.',
    buckets: WAIT,
  }),
  sluice_attempt_seconds: of({
    kind: 'histogram',
    of: 'orchestrator',
    labels: ['outcome'],
    help: 'From started to its end, for each attempt.',
    buckets: WAIT,
  }),
  sluice_inbox_entries_total: of({
    kind: 'counter',
    of: 'orchestrator',
    help: 'Messages taken from the inboxes of shards.',
  }),
  sluice_inbox_lag_seconds: of({
    kind: 'histogram',
    of: 'orchestrator',
    help: 'Age of the oldest message of a batch when it was read.',
    buckets: CALL,
  }),
  sluice_decide_seconds: of({
    kind: 'histogram',
    of: 'orchestrator',
    help: 'From a batch read to its first commit begun: deciding, and loading what it needs.',
    buckets: CALL,
  }),
  sluice_commit_seconds: of({
    kind: 'histogram',
    of: 'orchestrator',
    labels: ['reply'],
    help: 'Storing one commit.',
    buckets: CALL,
  }),
  sluice_dispatch_seconds: of({
    kind: 'histogram',
    of: 'orchestrator',
    help: 'Handing tickets to the queue.',
    buckets: CALL,
  }),
  sluice_tickets_total: of({
    kind: 'counter',
    of: 'orchestrator',
    help: 'Tickets handed to the queue, again included.',
  }),
  sluice_worker_slots: of({ kind: 'gauge', of: 'worker', help: 'Slots of this worker.' }),
  sluice_worker_tasks: of({ kind: 'gauge', of: 'worker', help: 'Tickets at hand.' }),
  sluice_claims_total: of({
    kind: 'counter',
    of: 'worker',
    labels: ['reply'],
    help: 'Claims by reply: granted, again (after a worker that died), busy, gone.',
  }),
  sluice_settled_total: of({
    kind: 'counter',
    of: 'worker',
    labels: ['status', 'reply'],
    help: 'Outcomes handed in, by status and by reply: accepted, already, late.',
  }),
  sluice_settle_seconds: of({
    kind: 'histogram',
    of: 'worker',
    help: 'Handing in one outcome.',
    buckets: CALL,
  }),
  sluice_log_lines_total: of({ kind: 'counter', of: 'worker', help: 'Lines of logs written by tasks.' }),
  sluice_http_requests_total: of({
    kind: 'counter',
    of: 'server',
    labels: ['operation', 'status'],
    help: 'Requests to the API, by operation and class of status (2xx, 4xx, 5xx).',
  }),
  sluice_http_seconds: of({
    kind: 'histogram',
    of: 'server',
    labels: ['operation'],
    help: 'Until the answer of a request began.',
    buckets: CALL,
  }),
  sluice_redis_up: of({ kind: 'gauge', of: 'all', help: '1 when Redis answers this process.' }),
  sluice_redis_seconds: of({ kind: 'gauge', of: 'all', help: 'What Redis took to answer the last scrape.' }),
  sluice_redis_memory_used_ratio: of({
    kind: 'gauge',
    of: 'all',
    help: 'Share of maxmemory in use; 0 without a limit.',
  }),
  sluice_info: of({
    kind: 'gauge',
    of: 'all',
    labels: ['version', 'role'],
    help: '1, with the version of the program and what it does.',
  }),
} as const satisfies { readonly [name: string]: MetricRow };

export type MetricName = keyof typeof METRICS;
