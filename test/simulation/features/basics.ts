/** What the language had from the beginning, as features: the others must meet it. */
import { NO_RETRY } from '../../../engine/core/retry-policy.ts';
import { anyNode, eventsOf, type Feature } from './feature.ts';

export const retry: Feature = {
  name: 'retry',
  plant(draft) {
    const task = draft.pickWork();
    task.retry = { ...NO_RETRY, attempts: draft.dice.int(2, 4), delayMs: draft.dice.int(20, 900) };
    task.action = { uses: 'sim', with: { fail: 0.7 } };
  },
  happened: (run) => anyNode(run, 'node.retrying'),
};

export const foreach: Feature = {
  name: 'foreach',
  plant(draft) {
    const task = draft.pickWork();
    task.fanOut = { kind: 'foreach', items: `\${{ range(0, ${draft.dice.int(1, 6)}) }}` };
    task.maxFailures = { count: draft.dice.int(0, 2) };
    if (draft.dice.chance(0.5)) task.maxParallel = draft.dice.int(1, 3);
  },
  happened: (run) => anyNode(run, 'node.expanded', (task) => task.fanOut?.kind === 'foreach'),
};

export const matrix: Feature = {
  name: 'matrix',
  plant(draft) {
    draft.pickWork().fanOut = {
      kind: 'matrix',
      axes: [
        { name: 'os', values: ['linux', 'mac'] },
        { name: 'size', values: [1, 2] },
      ],
      include: [],
      exclude: [],
    };
  },
  happened: (run) => anyNode(run, 'node.expanded', (task) => task.fanOut?.kind === 'matrix'),
};

export const condition: Feature = {
  name: 'if',
  plant(draft) {
    draft.pickWork().if = draft.dice.chance(0.7) ? 'inputs.no' : 'inputs.yes';
  },
  happened: (run) => anyNode(run, 'node.skipped', ({ if: asked }) => asked !== undefined),
};

export const switching: Feature = {
  name: 'switch',
  plant(draft) {
    const cases = [{ name: 'a', if: `\${{ inputs.${draft.dice.pick(['yes', 'no'])} }}` }];
    const choice = draft.addWork({ edges: [], action: { uses: 'switch', with: { cases, default: 'z' } } });
    const from = draft.tasks.indexOf(choice);
    draft.addWork({ edges: [{ from, case: ['a'] }], triggerRule: 'all_success' });
    draft.addWork({ edges: [{ from, case: ['z'] }], triggerRule: 'all_success' });
  },
  happened: (run) => anyNode(run, 'node.succeeded', ({ action }) => action.uses === 'switch'),
};

export const waiting: Feature = {
  name: 'wait',
  plant(draft) {
    draft.addWork({ action: { uses: 'wait', with: { for: `${draft.dice.int(50, 2_000)}ms` } } });
  },
  happened: (run) => anyNode(run, 'node.waiting', ({ action }) => action.uses === 'wait'),
};

export const timeout: Feature = {
  name: 'timeout',
  plant(draft) {
    const task = draft.pickWork();
    task.timeoutMs = draft.dice.int(300, 1_500);
    task.action = { uses: 'sim', with: { hang: 0.8 } };
  },
  happened: (run) => run.events.some(({ detail }) => detail?.error?.code === 'timeout'),
};

export const allowFailure: Feature = {
  name: 'allow_failure',
  plant(draft) {
    const task = draft.pickWork();
    task.allowFailure = true;
    task.action = { uses: 'sim', with: { fail: 0.7 } };
  },
  happened: (run) => anyNode(run, 'node.failed', (task) => task.allowFailure),
};

export const maxParallel: Feature = {
  name: 'max_parallel',
  plant(draft) {
    draft.head.maxParallel = draft.dice.int(1, 4);
  },
  happened: (run) =>
    run.plan.maxParallel !== undefined && run.events.some(({ type }) => type === 'node.queued'),
};

export const runTimeout: Feature = {
  name: 'run timeout',
  share: 0.25,
  plant(draft) {
    draft.head.timeoutMs = draft.dice.int(200, 2_500);
  },
  happened: (run) => eventsOf(run, 'run.cancelling').some(({ detail }) => detail?.reason === 'run_timeout'),
};

export const cancelling: Feature = {
  name: 'cancel',
  share: 0.3,
  plant: () => {},
  async act({ run, draft, client, random, sleep, insist, hasEnded }) {
    await sleep(random.between(0, 3_000));
    draft.notes.set('cancel', !(await hasEnded()));
    await insist(() => client.cancel(run, { graceMs: random.int(100, 3_000) }));
  },
  // Also when the run was being stopped already for another reason.
  happened: (run) => run.draft.notes.get('cancel') === true && eventsOf(run, 'run.cancelling').length > 0,
};
