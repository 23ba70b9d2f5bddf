/** What the verbs are asked, in order: each step finds what those before it have left. */
import type { Said } from '../../support/in-process-cli.ts';

export interface Step {
  /** As it is typed: `limits set`. */
  readonly verb: string;
  /** `$name` stands for what an earlier step has kept. */
  readonly args: readonly string[];
  /** Default 0. */
  readonly code?: number;
  /** Of what it prints or says. */
  readonly shows?: RegExp;
  readonly keep?: { readonly as: string; readonly from: (said: Said) => string };
  /** Asked again until then; the answers on the way are not compared. */
  readonly until?: (said: Said) => boolean;
  /** Files that are written before. */
  readonly files?: { readonly [name: string]: string };
  /** Stderr is not compared: who was asked speaks of itself. */
  readonly isOwnWords?: boolean;
}

const DEMO = `
name: demo
inputs: { who: { type: string, default: you } }
triggers:
  - { cron: "0 6 * * *" }
tasks:
  hello:
    run: cat greeting.txt; echo "hello $WHO"; echo note > note.txt
    env: { WHO: "\${{ inputs.who }}" }
    artifacts: { note: note.txt }
  each: { foreach: [a, b], max_parallel: 1, needs: hello, run: echo item }
  agree: { needs: each, uses: approval, with: { form: { tickets: { type: integer, required: true } } } }
  told: { needs: agree, uses: wait, with: { signal: go } }
  sub: { needs: told, workflow: ./sub.yaml }
outputs: { tickets: "\${{ tasks.agree.outputs.form.tickets }}" }
`;
const SUB = 'name: sub\ntasks: { a: { run: cat greeting.txt } }\n';
const BAD =
  'name: bad\ntasks: { a: { run: echo 0.5 >> $SLUICE_COST; echo oops >&2; exit 3 }, b: { needs: a, run: echo never } }\n';
const HELD = 'name: held\ntasks: { a: { uses: wait, with: { signal: never } } }\n';

const runId = (as: string) => ({ as, from: ({ stdout }: Said) => stdout.trim().split('\n').at(-1) ?? '' });
const isWaiting = ({ stdout }: Said) =>
  /"id": "agree",\s+"task": "agree",\s+"index": null,\s+"status": "waiting"/.test(stdout);
const isHeld = ({ stdout }: Said) => stdout.includes('"status": "waiting"');
const isEnded = ({ stdout }: Said) => /"status": "(succeeded|failed|cancelled)",\n {2}"inputs"/.test(stdout);

export const STEPS: readonly Step[] = [
  // Who works here: asked while nothing runs, since loads are told a moment later.
  { verb: 'workers', args: [], shows: /default:4/ },
  { verb: 'workers', args: ['--json'] },
  { verb: 'queues', args: [], shows: /default/ },
  { verb: 'queues', args: ['--json'] },

  // Nothing is there yet.
  { verb: 'list', args: [], shows: /No runs match/ },
  { verb: 'workflows', args: [], shows: /No workflow was applied/ },
  { verb: 'schedules', args: [] },
  { verb: 'show', args: ['01JD2Z3B4V5N6M7K8J9H0G1F2E'], code: 4, shows: /no run has the id/ },
  { verb: 'show', args: ['nonsense'], code: 4 },
  { verb: 'start', args: ['nothing'], code: 4, isOwnWords: true },

  // Definitions: with a sub-workflow in another file, and a folder of files.
  {
    verb: 'plan',
    args: ['demo.yaml', '--input', 'who=me', '--json'],
    files: { 'demo.yaml': DEMO, 'sub.yaml': SUB, 'greeting.txt': 'good day\n' },
  },
  { verb: 'plan', args: ['demo.yaml', '--input', 'whom=me'], code: 2 },
  { verb: 'apply', args: ['demo.yaml', '--dry-run'], shows: /created, version 1/ },
  { verb: 'apply', args: ['demo.yaml'], shows: /created, version 1/ },
  { verb: 'apply', args: ['demo.yaml', '--json'], shows: /"change": "unchanged"/ },
  {
    verb: 'apply',
    args: ['demo.yaml'],
    files: { 'demo.yaml': DEMO.replace('echo item', 'echo thing') },
    shows: /updated, version 2/,
  },
  { verb: 'workflows', args: ['--json'] },
  { verb: 'workflows', args: ['--namespace', 'default'] },
  { verb: 'history', args: ['demo', '--json'] },
  { verb: 'history', args: ['nothing'], code: 4, isOwnWords: true },
  { verb: 'rollback', args: ['demo', '1'] },
  { verb: 'rollback', args: ['demo', '9'], code: 4 },

  // Schedules.
  { verb: 'schedules', args: ['--json'], shows: /"kind": "cron"/ },
  { verb: 'schedules next', args: ['demo', '-n', '3'] },
  { verb: 'schedules next', args: ['nothing'], code: 4 },
  { verb: 'schedules pause', args: ['demo', '--reason', 'a test'] },
  { verb: 'schedules', args: [], shows: /paused/ },
  { verb: 'schedules resume', args: ['demo'] },
  { verb: 'backfill', args: ['demo', '--from', '2026-01-01', '--to', '2026-01-03', '--dry-run'] },

  // A run, from its start by name to its end.
  { verb: 'start', args: ['demo', '--input', 'who=me'], keep: runId('run') },
  { verb: 'start', args: ['demo', '--input', 'whom=me'], code: 2 },
  { verb: 'show', args: ['$run', '--json'], until: isWaiting },
  { verb: 'show', args: ['$run'], shows: /sluice approve/ },
  { verb: 'explain', args: ['$run'] },
  { verb: 'explain', args: ['$run/agree', '--json'] },
  { verb: 'explain', args: ['$run/nothing'], code: 4 },
  { verb: 'pause', args: ['$run', '--reason', 'wait a moment'] },
  { verb: 'resume', args: ['$run'] },
  { verb: 'resume', args: ['$run'], code: 5 },
  { verb: 'reject', args: ['$run', 'nothing'], code: 4 },
  { verb: 'approve', args: ['$run'], code: 2 },
  { verb: 'approve', args: ['$run', '--form', 'tickets=7', '--comment', 'fine'] },
  { verb: 'signal', args: ['$run', 'go', '--data', '{"amount": 12}'] },
  { verb: 'watch', args: ['$run', '--quiet'], shows: /"tickets": 7/ },
  { verb: 'watch', args: ['$run', '--quiet', '--json'] },
  { verb: 'show', args: ['$run', '--json'], until: isEnded },
  { verb: 'show', args: ['$run'], shows: /succeeded/ },
  { verb: 'show', args: ['$run', '--events'], shows: /run.succeeded/ },
  { verb: 'logs', args: ['$run'], shows: /good day/ },
  { verb: 'logs', args: ['$run', 'hello', '--grep', 'HELLO', '--ignore-case', '--json'], shows: /hello me/ },
  { verb: 'logs', args: ['$run', '-f'], shows: /hello me/ },
  { verb: 'logs', args: ['$run/nothing'], code: 4 },
  { verb: 'logs', args: ['$run', '--grep', '(', '--regex'], code: 5 },
  { verb: 'artifacts', args: ['$run'], shows: /note/ },
  { verb: 'artifacts', args: ['$run', '--json'] },
  { verb: 'artifacts get', args: ['$run', 'hello', 'note', '-o', '-'], shows: /^note$/m },
  { verb: 'artifacts get', args: ['$run', 'hello', 'other'], code: 4 },
  { verb: 'cancel', args: ['$run'], code: 5 },

  // Again.
  { verb: 'rerun', args: ['$run', '--from', 'agree', '--preview'] },
  { verb: 'rerun', args: ['$run', '--latest', '--preview', '--json'] },
  { verb: 'rerun', args: ['$run', '--file', 'demo.yaml', '--input', 'who=us'], keep: runId('again') },
  { verb: 'show', args: ['$again', '--json'], until: isWaiting },
  { verb: 'reject', args: ['$again', '--comment', 'no'] },
  { verb: 'show', args: ['$again', '--json'], until: isEnded },
  { verb: 'diff', args: ['$run', '$again'] },
  { verb: 'diff', args: ['$run', '$again', '--json'] },
  { verb: 'mark', args: ['$again', 'agree', 'succeeded', '--preview'] },
  { verb: 'mark', args: ['$again', 'agree', 'skipped', '--reason', 'by hand'] },

  // Runs that fail, and runs that wait.
  {
    verb: 'run',
    args: ['bad.yaml'],
    files: { 'bad.yaml': BAD, 'held.yaml': HELD },
    code: 1,
    isOwnWords: true,
  },
  { verb: 'start', args: ['bad.yaml', '--wait', '--quiet'], code: 1, shows: /oops|exit/ },
  { verb: 'start', args: ['bad.yaml', '-k', 'once'], keep: runId('bad') },
  { verb: 'start', args: ['bad.yaml', '-k', 'once'], shows: /nothing new was started/ },
  { verb: 'show', args: ['$bad', '--json'], until: isEnded },
  { verb: 'retry', args: ['$bad', '--preview'] },
  { verb: 'retry', args: ['$bad', '--wait'], code: 1, isOwnWords: true },
  { verb: 'retry', args: ['--workflow', 'bad', '--status', 'failed', '--preview'], code: 2 },
  { verb: 'start', args: ['held.yaml'], keep: runId('held') },
  { verb: 'show', args: ['$held', '--json'], until: isHeld },
  { verb: 'list', args: ['--workflow', 'held', '--json'] },
  { verb: 'list', args: ['--namespace', 'default', '--limit', '2'] },
  { verb: 'cancel', args: ['--workflow', 'held', '--yes', '--reason', 'enough'] },
  { verb: 'show', args: ['$held', '--json'], until: isEnded, shows: /enough/ },
  { verb: 'backfill', args: ['demo', '--from', '2026-01-01', '--to', '2026-01-02'], keep: runId('backfill') },
  { verb: 'backfill', args: ['demo', '--cancel', '$backfill'] },

  // What it cost.
  { verb: 'cost', args: ['--by', 'day'], shows: /total/ },
  { verb: 'cost', args: ['--workflow', 'bad', '--since', '1d', '--json'], shows: /"total": [1-9.]+/ },
  { verb: 'cost', args: ['--namespace', 'billing'], shows: /have cost nothing/ },
  { verb: 'cost', args: ['--since', '400d'], code: 2 },

  // Limits, secrets, tokens.
  { verb: 'limits list', args: [], shows: /No limit is in use/ },
  { verb: 'limits set', args: ['deploy', '--limit', '2', '--by', '$user'] },
  { verb: 'limits set', args: ['api', '--rate', '--limit', '2'], code: 2 },
  { verb: 'limits list', args: ['--namespace', 'default'] },
  { verb: 'limits show', args: ['nothing'], code: 4 },
  { verb: 'limits reset', args: ['deploy'] },
  { verb: 'limits show', args: ['deploy'], code: 4 },
  { verb: 'secrets set', args: ['TOKEN', '--file', 'value'], files: { value: 'a secret value\n' } },
  { verb: 'secrets list', args: ['--json'], shows: /"name": "TOKEN"/ },
  { verb: 'secrets rm', args: ['TOKEN'] },
  { verb: 'secrets rm', args: ['TOKEN'], code: 4, isOwnWords: true },
  { verb: 'tokens create', args: ['ci', '--role', 'operator', '--namespace', 'billing'], shows: /slc_/ },
  { verb: 'tokens list', args: [] },
  { verb: 'tokens revoke', args: ['ci'] },
  { verb: 'tokens revoke', args: ['ci'], code: 4 },

  // Telling.
  { verb: 'alerts list', args: ['--json'], shows: /"ops"/ },
  { verb: 'alerts test', args: ['ops'], code: 1, shows: /was not delivered/, isOwnWords: true },
  { verb: 'notifications list', args: [], shows: /ops/ },
  { verb: 'notifications list', args: ['--state', 'nonsense'] },
  { verb: 'notifications retry', args: ['nothing'], code: 4 },

  // Who did all that.
  { verb: 'audit list', args: ['--action', 'schedule', '--limit', '3'] },
  { verb: 'audit verify', args: ['--json'], shows: /"whole": true/ },
];
