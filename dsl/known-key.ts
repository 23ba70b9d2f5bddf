/** Keys that an author may reach for: those of other systems, and what they are called here. */

/** Nouns whose keys the schema closes. */
export type Noun =
  | 'workflow'
  | 'task'
  | 'defaults'
  | 'compensate'
  | 'retry'
  | 'repeat'
  | 'cache'
  | 'concurrency'
  | 'run_concurrency'
  | 'rate_limit'
  | 'notify'
  | 'callback'
  | 'retention'
  | 'age'
  | 'trigger'
  | 'after'
  | 'webhook'
  | 'kafka'
  | 'need'
  | 'value'
  | 'matrix';

/** What other systems call it, and what it is called here. */
export const FOREIGN_KEYS: Readonly<Partial<Record<Noun, ReadonlyMap<string, string>>>> = {
  workflow: new Map([
    ['jobs', 'tasks'],
    ['steps', 'tasks'],
    ['nodes', 'tasks'],
    ['stages', 'tasks'],
    ['on', 'triggers'],
    ['schedule', 'triggers'],
    ['params', 'inputs'],
    ['parameters', 'inputs'],
    ['variables', 'env'],
    ['environment', 'env'],
    ['tags', 'labels'],
    ['concurrent', 'max_parallel'],
    ['cron', 'triggers'],
    ['sla', 'deadline'],
    ['finally', 'on_finish'],
    ['onExit', 'on_finish'],
    ['on_exit', 'on_finish'],
    ['on_error', 'on_failure'],
    ['on_complete', 'on_finish'],
    ['group', 'concurrency'],
    ['anchors', 'templates'],
  ]),
  task: new Map([
    ['depends_on', 'needs'],
    ['dependsOn', 'needs'],
    ['depends', 'needs'],
    ['dependencies', 'needs'],
    ['after', 'needs'],
    ['upstream', 'needs'],
    ['command', 'run'],
    ['cmd', 'run'],
    ['script', 'run'],
    ['bash', 'run'],
    ['exec', 'run'],
    ['type', 'uses'],
    ['executor', 'uses'],
    ['action', 'uses'],
    ['args', 'with'],
    ['options', 'with'],
    ['params', 'with'],
    ['when', 'if'],
    ['condition', 'if'],
    ['retries', 'retry'],
    ['attempts', 'retry'],
    ['environment', 'env'],
    ['working_dir', 'cwd'],
    ['working-directory', 'cwd'],
    ['workdir', 'cwd'],
    ['timeout-minutes', 'timeout'],
    ['timeout_minutes', 'timeout'],
    ['continue-on-error', 'allow_failure'],
    ['continue_on_error', 'allow_failure'],
    ['strategy', 'matrix'],
    ['loop', 'foreach'],
    ['for_each', 'foreach'],
    ['with_items', 'foreach'],
    ['max-parallel', 'max_parallel'],
    ['concurrent', 'max_parallel'],
    ['fail-fast', 'fail_fast'],
    ['triggerRule', 'trigger_rule'],
    ['runs-on', 'queue'],
    ['pool', 'queue'],
    ['workflow_call', 'workflow'],
    ['subworkflow', 'workflow'],
    ['call', 'workflow'],
    ['async', 'detached'],
    ['until', 'repeat'],
    ['node_selector', 'worker_labels'],
    ['nodeSelector', 'worker_labels'],
    ['mutex', 'concurrency'],
    ['semaphore', 'concurrency'],
    ['throttle', 'rate_limit'],
    ['rateLimit', 'rate_limit'],
    ['rate-limit', 'rate_limit'],
    ['undo', 'compensate'],
    ['rollback', 'compensate'],
    ['compensation', 'compensate'],
    ['sla', 'deadline'],
    ['template', 'extends'],
    ['weight', 'slots'],
  ]),
  retry: new Map([
    ['limit', 'attempts'],
    ['count', 'attempts'],
    ['max', 'attempts'],
    ['max_attempts', 'attempts'],
    ['interval', 'delay'],
    ['wait', 'delay'],
    ['multiplier', 'factor'],
    ['timeout', 'budget'],
    ['when', 'on'],
    ['if', 'on'],
  ]),
  repeat: new Map([
    ['while', 'until'],
    ['times', 'max'],
    ['limit', 'max'],
    ['attempts', 'max'],
    ['interval', 'delay'],
    ['every', 'delay'],
    ['wait', 'delay'],
  ]),
  cache: new Map([
    ['paths', 'files'],
    ['inputs', 'files'],
    ['path', 'files'],
    ['max_age', 'ttl'],
    ['expires', 'ttl'],
  ]),
  concurrency: new Map([
    ['group', 'key'],
    ['name', 'key'],
    ['max', 'limit'],
  ]),
  run_concurrency: new Map([
    ['group', 'key'],
    ['name', 'key'],
    ['max', 'limit'],
    ['cancel-in-progress', 'on_limit'],
    ['cancel_in_progress', 'on_limit'],
  ]),
  rate_limit: new Map([
    ['name', 'key'],
    ['max', 'limit'],
    ['period', 'per'],
    ['window', 'per'],
    ['interval', 'per'],
    ['weight', 'cost'],
  ]),
  notify: new Map([
    ['to', 'channel'],
    ['when', 'on'],
    ['message', 'text'],
  ]),
  trigger: new Map([
    ['schedule', 'cron'],
    ['interval', 'every'],
    ['once', 'at'],
    ['zone', 'timezone'],
    ['tz', 'timezone'],
    ['time_zone', 'timezone'],
    ['with', 'inputs'],
    ['catch_up', 'catchup'],
    ['on', 'after'],
    ['workflow', 'after'],
  ]),
  after: new Map([
    ['name', 'workflow'],
    ['when', 'on'],
    ['status', 'on'],
  ]),
  webhook: new Map([
    ['url', 'path'],
    ['token', 'secret'],
    ['type', 'scheme'],
    ['provider', 'scheme'],
  ]),
  kafka: new Map([
    ['topics', 'topic'],
    ['group_id', 'group'],
    ['groupId', 'group'],
    ['offset', 'from'],
    ['broker', 'brokers'],
  ]),
  need: new Map([
    ['name', 'task'],
    ['id', 'task'],
    ['if', 'when'],
    ['on', 'when'],
    ['status', 'when'],
  ]),
  value: new Map([
    ['min', 'minimum'],
    ['max', 'maximum'],
    ['values', 'enum'],
    ['options', 'enum'],
    ['choices', 'enum'],
    ['regex', 'pattern'],
    ['optional', 'required'],
  ]),
};
