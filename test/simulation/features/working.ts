/** What workers do by themselves while they work: they reuse former successes, and end work that is silent. */
import { anyNode, type Feature } from './feature.ts';

/** Items of which two are the same: the second may be done without work. */
const ITEMS = ['x', 'x', 'y', 'x'];

export const cache: Feature = {
  name: 'cache',
  plant(draft) {
    const task = draft.pickWork();
    task.cache = {
      key: 'k',
      files: [],
      ...(draft.dice.chance(0.3) ? { ttlMs: draft.dice.int(50, 2_000) } : {}),
    };
    task.fanOut = { kind: 'foreach', items: ITEMS };
    task.maxParallel = 1;
    task.maxFailures = { count: 1 };
    task.action = { uses: 'sim', with: { fail: 0 } };
  },
  happened: (run) => anyNode(run, 'node.cached'),
  *check(run, { ledger }) {
    const tokens = new Map(ledger.entries.map((entry) => [entry.token, entry]));
    for (const [node, events] of run.byNode) {
      const task = run.plan.tasks[run.nodeName(node).task];
      const reuse = events.find(({ type }) => type === 'node.cached');
      if (reuse === undefined) continue;
      if (!task?.cache) yield { what: 'reuses a success, and nobody asked for it', node };
      const entry = tokens.get(String(run.outputs.get(node)?.o?.['token']));
      if (events.at(-1)?.type !== 'node.succeeded' || entry === undefined) continue;
      if (entry.task !== task?.id) yield { what: `has the result of ${entry.task}`, node };
      const { item } = run.nodeName(node);
      const isList = task?.fanOut?.kind === 'foreach' && task.fanOut.items === ITEMS;
      if (isList && ITEMS[entry.item] !== ITEMS[item])
        yield { what: `has the result of item ${entry.item}`, node };
      if (entry.end !== 'succeeded') yield { what: `reuses work that ended ${entry.end}`, node };
    }
  },
};

export const heartbeat: Feature = {
  name: 'heartbeat',
  plant(draft) {
    draft.pickWork(({ heartbeatMs }) => heartbeatMs === undefined).heartbeatMs = draft.dice.int(20, 300);
  },
  happened: (run) => run.events.some(({ detail }) => detail?.error?.code === 'heartbeat_timeout'),
  *check(run) {
    for (const { node, detail, type } of run.events) {
      if (node === undefined || detail?.error?.code !== 'heartbeat_timeout') continue;
      if (type !== 'node.failed' && type !== 'node.retrying') continue;
      const task = run.plan.tasks[run.nodeName(node).task];
      if (task?.heartbeatMs === undefined) yield { what: 'is too silent, and has no heartbeat', node };
    }
  },
};
