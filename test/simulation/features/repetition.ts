/** Repeating tasks, and deadlines. */
import { anyNode, eventsOf, type Feature } from './feature.ts';

export const repeat: Feature = {
  name: 'repeat',
  plant(draft) {
    const { dice } = draft;
    const task = draft.pickWork();
    task.repeat = {
      ...(dice.chance(0.8) ? { until: `self.iteration >= ${dice.int(1, 4)}` } : {}),
      max: dice.int(2, 4),
      delayMs: dice.pick([0, 50, 700]),
    };
    task.action = { uses: 'sim', with: { fail: dice.pick([0, 0.2]) } };
  },
  happened: (run) => anyNode(run, 'node.repeating'),
  *check(run) {
    for (const [node, all] of run.byNode) {
      // Of the newest generation.
      const events = all.slice(all.findLastIndex(({ type }) => type === 'node.reset') + 1);
      const repeat = run.plan.tasks[run.nodeName(node).task]?.repeat;
      const begun = events.filter(({ type }) => type === 'node.repeating');
      if (!repeat && begun.length > 0) yield { what: 'repeats, and nobody asked for it', node };
      if (begun.length >= (repeat?.max ?? 0) && repeat)
        yield { what: `${begun.length + 1} iterations`, node };
      for (const [i, event] of begun.entries())
        if (event.detail?.iteration !== i + 1) yield { what: `iteration ${i + 1} is called otherwise`, node };
      for (const [i, event] of events.entries()) {
        const before = events[i - 1];
        const early = (before?.detail?.until ?? 0) - event.at;
        if (event.type === 'node.queued' && before?.type === 'node.repeating' && early > 0)
          yield { what: `the next iteration begins ${early} ms early`, node };
      }
    }
  },
};

export const deadline: Feature = {
  name: 'deadline',
  plant(draft) {
    draft.pickWork(({ deadlineMs }) => deadlineMs === undefined).deadlineMs = draft.dice.int(100, 2_000);
    draft.head.deadlineMs = draft.dice.int(300, 4_000);
  },
  happened: (run) => eventsOf(run, 'node.overdue', 'run.late').length > 0,
  *check(run) {
    const startedAt = run.header.startedAt ?? 0;
    const late = eventsOf(run, 'run.late');
    // Each taking-up has its own deadlines.
    const times = 1 + (run.header.retries ?? 0);
    if (late.length > times) yield 'the run was called late twice';
    for (const { at } of late)
      if (at < startedAt + (run.plan.deadlineMs ?? 0)) yield 'the run was called late too early';
    for (const [node, events] of run.byNode) {
      const overdue = events.filter(({ type }) => type === 'node.overdue');
      const limit = run.plan.tasks[node]?.deadlineMs ?? Number.POSITIVE_INFINITY;
      if (overdue.length > times) yield { what: 'called late twice', node };
      for (const { at } of overdue) if (at < startedAt + limit) yield { what: 'called late too early', node };
    }
  },
};
