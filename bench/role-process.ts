/** A process of the benchmark: plays the role named by its first argument, and answers its parent over IPC. */
import { BodyCounter } from './body-counter.ts';
import { startBullWorker } from './role/bull-worker.ts';
import type { RoleName, RoleSettings, RunningRole } from './role/role.ts';
import { startSluiceOrchestrator } from './role/sluice-orchestrator.ts';
import { startSluiceWorker } from './role/sluice-worker.ts';

/** What a parent may ask. */
export type Question =
  | { readonly ask: 'expect'; readonly count: number }
  | { readonly ask: 'report' }
  | { readonly ask: 'stop' };

const ROLES = {
  'bull-worker': startBullWorker,
  'sluice-worker': startSluiceWorker,
  'sluice-orchestrator': startSluiceOrchestrator,
} satisfies Record<RoleName, (settings: RoleSettings, counter: BodyCounter) => Promise<RunningRole>>;

const [name, settings] = process.argv.slice(2);
const counter = new BodyCounter((report) => say('reached', report));
const role = await ROLES[name as RoleName](JSON.parse(settings ?? '{}') as RoleSettings, counter);

process.on('message', (question: Question) => {
  if (question.ask === 'expect') {
    counter.expect(question.count);
    say('expecting');
  } else if (question.ask === 'report') {
    say('report', counter.report());
  } else {
    void role.stop().finally(() => process.exit(0));
  }
});
// The parent was killed: nobody will ask any more.
process.on('disconnect', () => process.exit(1));
say('ready');

function say(event: string, report?: object): void {
  process.send?.({ say: event, report });
}
