/**
 * Names of queues. Beyond those that users name there are two kinds, made when they are needed: one for each set of labels
 * that tasks of a queue ask for, and one for each worker that `broadcast` reaches. No user's queue has a `+` in its name.
 */
export type Labels = { readonly [name: string]: string };

/** Who serves a queue, as far as its name says. */
export interface QueueAddress {
  /** The queue that the workers must serve. */
  readonly queue: string;
  /** Labels that they must have. */
  readonly labels: Labels;
  /** The one worker that it is for. */
  readonly session?: string;
}

const MARK = '+';
const SESSION = '@';

/** The queue of tasks that ask for these labels; without any it is the queue itself. */
export function labelQueue(queue: string, labels: Labels = {}): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(labels[name] ?? '')}`);
  return pairs.length === 0 ? queue : `${queue}${MARK}${pairs.join('&')}`;
}

/** The queue of one worker. */
export function ownQueue(queue: string, session: string): string {
  return `${queue}${MARK}${SESSION}${encodeURIComponent(session)}`;
}

/** Whether it is one of those that are made when they are needed, so that workers must be told of it. */
export function isMadeQueue(name: string): boolean {
  return name.includes(MARK);
}

export function parseQueueName(name: string): QueueAddress {
  const at = name.indexOf(MARK);
  if (at < 0) return { queue: name, labels: {} };
  const queue = name.slice(0, at);
  const rest = name.slice(at + 1);
  if (rest.startsWith(SESSION)) return { queue, labels: {}, session: decodeURIComponent(rest.slice(1)) };
  const pairs = rest.split('&').map((pair): [string, string] => {
    const [label = '', value = ''] = pair.split('=');
    return [decodeURIComponent(label), decodeURIComponent(value)];
  });
  return { queue, labels: Object.fromEntries(pairs) };
}

export interface ServingWorker {
  readonly session: string;
  readonly queues: { readonly [queue: string]: number };
  readonly labels: Labels;
}

/** Slots that the worker has for the queue; 0 when it does not serve it. */
export function slotsFor(worker: ServingWorker, name: string): number {
  const { queue, labels, session } = parseQueueName(name);
  if (session !== undefined && session !== worker.session) return 0;
  const fits = Object.entries(labels).every(
    ([label, value]) => Object.hasOwn(worker.labels, label) && worker.labels[label] === value,
  );
  return fits && Object.hasOwn(worker.queues, queue) ? (worker.queues[queue] ?? 0) : 0;
}
