/** What may stand in `${{ … }}`: the contexts with their members, and the functions. A test compares it with the engine. */

export const CONTEXTS: { readonly [context: string]: string } = {
  inputs: 'Values that the run was started with.',
  tasks: 'Results of other tasks: tasks.NAME.outputs.KEY. Naming one waits for it.',
  self: 'This task itself, in until, retry.on, compensate and notify.',
  item: 'The item of a foreach.',
  index: 'The index within a fan-out, from 0.',
  matrix: 'The combination of a matrix.',
  broadcast: 'broadcast.index and broadcast.total.',
  run: 'The run: id, workflow, version, times, attempt, status.',
  env: 'The environment of the task.',
  trigger: 'What started the run.',
  secrets: 'Secrets by name, in env and with alone.',
};

export const MEMBERS: { readonly [path: string]: readonly string[] } = {
  'tasks.*': ['outputs', 'artifacts', 'status', 'error', 'attempts', 'duration'],
  self: ['outputs', 'status', 'error', 'attempt', 'iteration'],
  broadcast: ['index', 'total'],
  run: ['id', 'workflow', 'version', 'logical_time', 'interval', 'started_at', 'attempt', 'status'],
  'run.interval': ['start', 'end'],
  trigger: ['type', 'body', 'headers', 'outputs', 'run_id'],
};

/** Of our own; the standard ones are among them. */
export const FUNCTIONS: readonly string[] = [
  'contains',
  'startsWith',
  'endsWith',
  'format',
  'join',
  'toJSON',
  'fromJSON',
  'length',
  'default',
  'split',
  'replace',
  'lower',
  'upper',
  'trim',
  'slice',
  'keys',
  'values',
  'flatten',
  'range',
  'sum',
  'min',
  'max',
  'case',
  'add',
  'sub',
  'mul',
  'div',
  'mod',
  'round',
  'equals',
  'now',
  'date_add',
  'date_format',
];

export interface Names {
  readonly tasks: readonly string[];
  readonly inputs: readonly string[];
}

/** What may follow `tasks.fetch.` and the like; with an empty text, what an expression may begin with. */
export function membersOf(before: string, { tasks, inputs }: Names): readonly string[] {
  const parts = before.split('.').filter((part) => part !== '');
  if (parts[0] === 'inputs' && parts.length === 1) return inputs;
  if (parts[0] === 'tasks' && parts.length === 1) return tasks;
  if (parts[0] === 'tasks' && parts.length === 2) return MEMBERS['tasks.*'] ?? [];
  return MEMBERS[parts.join('.')] ?? [];
}
