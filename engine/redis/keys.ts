/**
 * The names of all Redis keys, one function each. Every key of a shard carries the hash tag `{s<K>}`, so that a script of
 * one shard stays within one slot of Redis Cluster; lists for people carry a tag of their own.
 */
export const DEFAULT_PREFIX = 'sluice:';

/** Nodes whose outputs share a hash. */
export const NODES_PER_BUCKET = 128;

export type RunList = 'all' | 'namespace' | 'workflow' | 'status' | 'awaiting';

export interface Keys {
  /** Hash: settings fixed at first use (`shards`). */
  meta(): string;
  /** Hash: owner, token, until, epoch, calm, renewed, n, cursor. */
  lease(shard: number): string;
  /** Stream: messages to the shard. */
  inbox(shard: number): string;
  /** Hash: flight → `state|delivery|deaths|session`. */
  flight(shard: number): string;
  /** Sorted set: timer → due time, ms. */
  timers(shard: number): string;
  /** Sorted set: session → last beat, ms. */
  beats(shard: number): string;
  /** Set: ids of runs that have not ended. */
  live(shard: number): string;
  /** Hash: documents of actors, `address\nfield` → JSON. */
  actors(shard: number): string;
  /** Hash: posts that were not delivered yet, id → JSON. */
  outbox(shard: number): string;
  /** Hash: `day:workflow` (day of the month, two digits) → what runs of the shard cost on it. `month` as in 2026-03. */
  costs(shard: number, namespace: string, month: string): string;
  /** Stream with one entry: the answer to a client's request, JSON. */
  answer(shard: number, request: string): string;
  /** String: a plan's JSON. */
  plan(shard: number, hash: string): string;
  /** String: a run's header, JSON. */
  run(shard: number, run: string): string;
  /** String: JSON of the header's changing part. */
  progress(shard: number, run: string): string;
  /** String: node records of 32 bytes. */
  nodes(shard: number, run: string): string;
  /** Hash: small outputs of the 128 nodes of a bucket. */
  outputs(shard: number, run: string, bucket: number): string;
  /** Hash: the outputs of those nodes that are too large to be packed. */
  largeOutputs(shard: number, run: string, bucket: number): string;
  /** Set: hashes of outputs that exist beyond the first compact one: 2 × bucket, + 1 for large. */
  buckets(shard: number, run: string): string;
  /** Stream: a run's events, packed; entry id `0-<last seq>`. */
  events(shard: number, run: string): string;
  /** Stream: lines of one attempt. */
  log(shard: number, run: string, node: number, attempt: number): string;
  /** String: an artifact. */
  blob(shard: number, run: string, key: string): string;
  /** Set: keys of a run's artifacts. */
  blobs(shard: number, run: string): string;
  /** Set: ids of runs that are being removed. */
  removing(shard: number): string;
  /** String: an artifact while it is being written. */
  blobPart(shard: number, run: string, key: string, writer: string): string;
  /** Stream: wakes one blocking connection. */
  wake(reader: string): string;
  /** Sorted set (id → end of its lease, ms) of members of a role. */
  members(role: 'orchestrators' | 'workers' | 'queues' | 'loads' | 'left'): string;
  /** Hash: id → what the member told about itself. */
  memberInfos(role: 'orchestrators' | 'workers' | 'queues' | 'loads' | 'left'): string;
  /** Sorted set: run → time of creation, ms. Named `all`, or by what its runs have in common. */
  runs(list: RunList, value?: string): string;
  /** Hash: a run's line in the lists: `status` (index of its status), `line` (JSON). */
  runLine(run: string): string;
  /** Stream: the newest changes of runs' lines. */
  runChanges(): string;
  /** Hash: `hour:status` → how many runs of the namespace ended so on that day, counted from 1970. Hour of the day, index of the status. */
  endedRuns(namespace: string, day: number): string;
  /** List: what the newest runs of a workflow taught, JSON each, the newest first. */
  runSamples(namespace: string, workflow: string): string;
  /** Hash: newest version of a workflow name: `plan`, `source`. */
  workflow(namespace: string, name: string): string;
  /** Hash: `namespace\nname` → encrypted secret, JSON. */
  secrets(): string;
  /** String: a success that may be reused, JSON. */
  cached(key: string): string;
  /** Hash: a workflow as it was applied: `revision`, `json`. */
  definition(namespace: string, name: string): string;
  /** Hash: `namespace/name` → line of an applied workflow, JSON. */
  definitionLines(): string;
  /** String: plan of an applied workflow, JSON. */
  definitionPlan(hash: string): string;
  /** Hash: schedules that follow other workflows, JSON each. */
  subscriptions(): string;
  /** String: counts changes of definitions. */
  definitionChanges(): string;
  /** Hash: id of an API token → what is known of it, JSON. */
  tokens(): string;
  /** Hash: id of an API token → its last use, ms. */
  tokenUses(): string;
  /** Stream: records of changes, entry id `0-<n>`. */
  auditRecords(): string;
  /** Hash: n, hash of the last record; anchor_n, anchor_hash of the last that was let go. */
  auditEnds(): string;
}

/** @param prefix before every key, so that several installations share a Redis; default `sluice:`. */
export function createKeys(prefix: string = DEFAULT_PREFIX): Keys {
  const of = (shard: number) => `${prefix}{s${shard}}:`;
  return {
    meta: () => `${prefix}meta`,
    lease: (shard) => `${of(shard)}lease`,
    inbox: (shard) => `${of(shard)}inbox`,
    flight: (shard) => `${of(shard)}flight`,
    timers: (shard) => `${of(shard)}timers`,
    beats: (shard) => `${of(shard)}beats`,
    live: (shard) => `${of(shard)}live`,
    actors: (shard) => `${of(shard)}actors`,
    outbox: (shard) => `${of(shard)}outbox`,
    costs: (shard, namespace, month) => `${of(shard)}costs:${month}:${encodeURIComponent(namespace)}`,
    answer: (shard, request) => `${of(shard)}answer:${request}`,
    plan: (shard, hash) => `${of(shard)}plan:${hash}`,
    run: (shard, run) => `${of(shard)}run:${run}`,
    progress: (shard, run) => `${of(shard)}run:${run}:progress`,
    nodes: (shard, run) => `${of(shard)}run:${run}:nodes`,
    outputs: (shard, run, bucket) => `${of(shard)}run:${run}:out:${bucket}`,
    largeOutputs: (shard, run, bucket) => `${of(shard)}run:${run}:large:${bucket}`,
    buckets: (shard, run) => `${of(shard)}run:${run}:buckets`,
    events: (shard, run) => `${of(shard)}run:${run}:events`,
    log: (shard, run, node, attempt) => `${of(shard)}log:${run}:${node}:${attempt}`,
    blob: (shard, run, key) => `${of(shard)}blob:${run}:${key}`,
    blobs: (shard, run) => `${of(shard)}blobs:${run}`,
    removing: (shard) => `${of(shard)}removing`,
    blobPart: (shard, run, key, writer) => `${of(shard)}part:${writer}:${run}:${key}`,
    wake: (reader) => `${prefix}wake:${reader}`,
    members: (role) => `${prefix}{members}:${role}`,
    memberInfos: (role) => `${prefix}{members}:${role}:infos`,
    runs: (list, value = '') => `${prefix}{runs}:${list}:${value}`,
    runLine: (run) => `${prefix}{runs}:line:${run}`,
    runChanges: () => `${prefix}{runs}:changes`,
    endedRuns: (namespace, day) => `${prefix}{runs}:ended:${day}:${namespace}`,
    runSamples: (namespace, workflow) =>
      `${prefix}{runs}:samples:${encodeURIComponent(namespace)}:${encodeURIComponent(workflow)}`,
    workflow: (namespace, name) =>
      `${prefix}workflow:${encodeURIComponent(namespace)}:${encodeURIComponent(name)}`,
    secrets: () => `${prefix}secrets`,
    cached: (key) => `${prefix}cached:${key}`,
    definition: (namespace, name) =>
      `${prefix}{definitions}:of:${encodeURIComponent(namespace)}:${encodeURIComponent(name)}`,
    definitionLines: () => `${prefix}{definitions}:lines`,
    definitionPlan: (hash) => `${prefix}{definitions}:plan:${hash}`,
    subscriptions: () => `${prefix}{definitions}:subscriptions`,
    definitionChanges: () => `${prefix}{definitions}:changes`,
    tokens: () => `${prefix}{access}:tokens`,
    tokenUses: () => `${prefix}{access}:uses`,
    auditRecords: () => `${prefix}{audit}:records`,
    auditEnds: () => `${prefix}{audit}:ends`,
  };
}
