/**
 * Redis users for the roles: what each may touch, and by which commands. Every key of keys.ts belongs to one area, so that a new key is
 * given to somebody or does not compile. The rules stand in docs/security.md; a test compares them, and runs the roles under them.
 */
import { DEFAULT_PREFIX, type Keys } from './keys.ts';
import { escapeGlob } from './scan.ts';

export const REDIS_USERS = ['orchestrator', 'worker', 'server'] as const;
/** `server` is also for the command line. */
export type RedisUser = (typeof REDIS_USERS)[number];

type Area =
  | 'meta'
  | 'shards'
  | 'wake'
  | 'members'
  | 'runs'
  | 'workflows'
  | 'secrets'
  | 'cache'
  | 'definitions'
  | 'definitionPlans'
  | 'access'
  | 'audit'
  | 'queues';

/** The queue of tasks is BullMQ's and has no key of ours: see engine/bullmq/job-form.ts. */
export const AREA_OF_KEY = {
  meta: 'meta',
  lease: 'shards',
  inbox: 'shards',
  flight: 'shards',
  timers: 'shards',
  beats: 'shards',
  live: 'shards',
  actors: 'shards',
  outbox: 'shards',
  costs: 'shards',
  answer: 'shards',
  plan: 'shards',
  run: 'shards',
  progress: 'shards',
  nodes: 'shards',
  outputs: 'shards',
  largeOutputs: 'shards',
  buckets: 'shards',
  events: 'shards',
  log: 'shards',
  blob: 'shards',
  blobs: 'shards',
  removing: 'shards',
  blobPart: 'shards',
  wake: 'wake',
  members: 'members',
  memberInfos: 'members',
  runs: 'runs',
  runLine: 'runs',
  runSamples: 'runs',
  runChanges: 'runs',
  endedRuns: 'runs',
  workflow: 'workflows',
  secrets: 'secrets',
  cached: 'cache',
  definition: 'definitions',
  definitionLines: 'definitions',
  definitionPlan: 'definitionPlans',
  subscriptions: 'definitions',
  definitionChanges: 'definitions',
  tokens: 'access',
  tokenUses: 'access',
  auditRecords: 'audit',
  auditEnds: 'audit',
} as const satisfies Record<keyof Keys, Area>;

const PATTERN = {
  meta: 'meta',
  shards: '{s*}:*',
  wake: 'wake:*',
  members: '{members}:*',
  runs: '{runs}:*',
  workflows: 'workflow:*',
  secrets: 'secrets',
  cache: 'cached:*',
  definitions: '{definitions}:*',
  definitionPlans: '{definitions}:plan:*',
  access: '{access}:*',
  audit: '{audit}:*',
  queues: 'bull{*',
} as const satisfies Record<Area, string>;

interface Reach {
  readonly changes: readonly Area[];
  readonly reads: readonly Area[];
}

const REACH = {
  orchestrator: {
    // Plans of versions, of which it removes those that nothing refers to; what is applied it only reads.
    changes: ['meta', 'shards', 'wake', 'members', 'runs', 'workflows', 'definitionPlans', 'queues'],
    // Secrets of channels, and those of workflows, whose values are masked in what is told.
    reads: ['secrets', 'definitions'],
  },
  worker: {
    changes: ['meta', 'shards', 'wake', 'members', 'cache', 'queues'],
    reads: ['secrets'],
  },
  server: {
    changes: [
      'meta',
      'shards',
      'wake',
      'members',
      'runs',
      'workflows',
      'secrets',
      'definitions',
      'access',
      'audit',
    ],
    reads: ['queues'],
  },
} as const satisfies Record<RedisUser, Reach>;

/** From left to right: later rules win over earlier ones. */
const COMMANDS =
  '-@all +@read +@write +@transaction +@blocking +@connection -@dangerous -@admin -function -keys -migrate -restore -swapdb ' +
  '+eval +evalsha +script|load +script|exists +info +time +hello +ping +client|setname +cluster|info +cluster|slots +cluster|shards';

/** Who delivers notifications: orchestrators those of runs, workers those of `uses: notify`. */
const PUBLISHERS: ReadonlySet<RedisUser> = new Set(['orchestrator', 'worker']);

export interface AccessOptions {
  /** Default: that of keys.ts. */
  readonly prefix?: string;
  /** Redis channels that notifications may go to. Default: none. */
  readonly channels?: readonly string[];
  /** Default 7. 6.2 has no keys that are only read (`%R~`) and no functions. */
  readonly redis?: '6.2' | '7';
}

/** Rules for `ACL SETUSER sluice-<user> on >PASSWORD …`. */
export function accessRules(
  user: RedisUser,
  { prefix = DEFAULT_PREFIX, channels = [], redis = '7' }: AccessOptions = {},
): string {
  const { changes, reads } = REACH[user];
  const isOld = redis === '6.2';
  const keys = (mark: string, areas: readonly Area[]) =>
    areas.map((area) => `${mark}${escapeGlob(prefix)}${PATTERN[area]}`);
  const mayPublish = PUBLISHERS.has(user);
  return [
    'resetkeys',
    ...keys('~', changes),
    ...keys(isOld ? '~' : '%R~', reads),
    'resetchannels',
    ...(mayPublish ? channels.map((name) => `&${escapeGlob(name)}`) : []),
    isOld ? COMMANDS.replace(' -function', '') : COMMANDS,
    ...(mayPublish ? ['+publish'] : []),
  ].join(' ');
}
