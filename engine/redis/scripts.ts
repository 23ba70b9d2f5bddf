/**
 * The scripts by name, with their replies checked. Replies of cold scripts go through zod; those of the hot ones (commit,
 * claim, settle) are checked by hand, since they run thousands of times a second.
 */
import { z } from 'zod';
import { SluiceError } from '../core/errors.ts';
import type { Argument, Connections } from './connection.ts';
import { createScriptRunner, type ScriptRunner } from './script-runner.ts';

type Bound<Reply> = (keys: readonly string[], args: readonly Argument[]) => Promise<Reply>;
type Check<Reply> = (reply: unknown) => Reply | undefined;

const flag = z.union([z.literal(0), z.literal(1)]);
const texts = z.array(z.string());
const appended = z.union([z.tuple([z.literal(1)]), z.tuple([z.literal(0), z.string(), z.string()])]);
const startKind = z.enum(['started', 'exists', 'plan', 'full']);

export function createScripts(connections: Connections) {
  const runner = createScriptRunner(connections);
  return {
    acquire: bind(runner, 'acquire', checkedBy(z.tuple([z.string(), z.string(), z.string()]).nullable())),
    leaseLeft: bind(runner, 'lease-left', checkedBy(z.number().int())),
    renew: bind(runner, 'renew', checkedBy(z.number().int())),
    release: bind(runner, 'release', checkedBy(flag)),
    setIntake: bind(runner, 'set-intake', checkedBy(flag)),
    commit: bind(runner, 'commit', checkCommit),
    claim: bind(runner, 'claim', checkNumbers),
    settle: bind(runner, 'settle', checkNumbers),
    beat: bind(runner, 'beat', checkedBy(texts)),
    handBack: bind(runner, 'hand-back', checkedBy(flag)),
    send: bind(runner, 'send', checkedBy(texts)),
    start: bind(runner, 'start', checkedBy(z.tuple([startKind, z.string()]))),
    dueTimers: bind(runner, 'due-timers', checkedBy(z.tuple([z.number(), z.string()], z.string()))),
    deadSessions: bind(runner, 'dead-sessions', checkedBy(texts)),
    announce: bind(runner, 'announce', checkedBy(z.literal(1))),
    members: bind(runner, 'members', checkedBy(z.array(z.string().nullable()))),
    recordRun: bind(runner, 'record-run', checkedBy(z.literal(1))),
    writeDefinition: bind(runner, 'write-definition', checkedBy(flag)),
    removeRun: bind(runner, 'remove-run', checkedBy(flag)),
    idleMark: bind(runner, 'idle-mark', checkedBy(z.string())),
    removeIdle: bind(runner, 'remove-idle', checkedBy(flag)),
    retireWorkflow: bind(runner, 'retire-workflow', checkedBy(flag)),
    dropFlights: bind(runner, 'drop-flights', checkedBy(z.number().int())),
    publishBlob: bind(runner, 'publish-blob', checkedBy(flag)),
    replaceSecret: bind(runner, 'replace-secret', checkedBy(flag)),
    touchToken: bind(runner, 'touch-token', checkedBy(flag)),
    appendAudit: bind(runner, 'append-audit', checkedBy(appended)),
    appendLog: bind(runner, 'append-log', checkedBy(z.number())),
  };
}

export type Scripts = ReturnType<typeof createScripts>;

function bind<Reply>(runner: ScriptRunner, name: string, check: Check<Reply>): Bound<Reply> {
  const run = runner.bind(name);
  return async (keys, args) => {
    const reply = await run(keys, args);
    const checked = check(reply);
    if (checked !== undefined) return checked;
    const seen = JSON.stringify(reply)?.slice(0, 200);
    throw new SluiceError(
      'invalid_reply',
      `The script ${name}.lua answered ${seen}, which it never should; do all processes run the same version of Sluice?`,
    );
  };
}

function checkedBy<Reply>(schema: z.ZodType<Reply>): Check<Reply> {
  return (reply) => {
    const parsed = schema.safeParse(reply);
    return parsed.success ? parsed.data : undefined;
  };
}

/** 'ok', 'fenced', 'diverged', or a conflict's flights and values in turn. */
export type CommitAnswer = 'ok' | 'fenced' | 'diverged' | readonly string[];

function checkCommit(reply: unknown): CommitAnswer | undefined {
  if (reply === 'ok' || reply === 'fenced' || reply === 'diverged') return reply;
  if (!Array.isArray(reply) || reply[0] !== 'conflict' || !reply.every(isText)) return undefined;
  return reply.slice(1);
}

function checkNumbers(reply: unknown): readonly number[] | undefined {
  return Array.isArray(reply) && reply.every((item): item is number => typeof item === 'number')
    ? reply
    : undefined;
}

function isText(item: unknown): item is string {
  return typeof item === 'string';
}
