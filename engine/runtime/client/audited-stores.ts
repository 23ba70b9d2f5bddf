/**
 * The stores through which people and programs change things, with every change recorded first. What the roles do by themselves goes
 * through the plain stores: it stands in the histories of runs and schedules.
 */
import { actorKind, actorParts, documentKey } from '../../core/actor.ts';
import { type AuditActor, type AuditEntry, contentHash } from '../../core/audit/record.ts';
import { SluiceError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { type ActorMessage, addressOf, type InboxMessage } from '../../core/message.ts';
import { shardOf } from '../../core/run-id.ts';
import type { DefinitionStore } from '../../ports/definition-store.ts';
import type { SecretRecord, SecretRecords } from '../../ports/secret-store.ts';
import type { ShardStore } from '../../ports/shard-store.ts';
import type { TokenStore } from '../../ports/token-store.ts';
import type { AuditLog } from './audit-log.ts';

/** Who acts, as the caller of this moment knows. */
export interface Acting {
  readonly who: AuditActor;
  /** Id of the request to the server. */
  readonly request?: string;
}

export interface Auditing {
  readonly log: Pick<AuditLog, 'record'>;
  /** Undefined: a role by itself, whose doings stand in the histories of runs and schedules. */
  readonly acting: () => Acting | undefined;
}

type Change = Omit<AuditEntry, 'who' | 'request'>;

/** Messages by which people and programs steer runs; all others are the engine's own. */
const STEERING: ReadonlySet<string> = new Set([
  'cancel',
  'pause',
  'resume',
  'retry',
  'mark',
  'signal',
  'approval',
]);
/** Requests whose record is remembered until their answer. */
const REMEMBERED = 10_000;

/** Methods that change nothing, and those of the roles, go to the store as they are. */
export function auditedShardStore(store: ShardStore, shards: number, auditing: Auditing): ShardStore {
  const open = new Map<string, { readonly n: number; readonly change: Change }>();
  const recordMessage = async (message: InboxMessage) => {
    const request = 'request' in message ? message.request : undefined;
    // askOwner sends the same request again while it waits.
    if (request !== undefined && open.has(request)) return;
    const change = auditing.acting() && (await changeOf(store, shards, message));
    if (change === undefined) return;
    const n = await record(auditing, change);
    if (request === undefined || n === undefined) return;
    if (open.size >= REMEMBERED) open.delete(open.keys().next().value ?? '');
    open.set(request, { n, change });
  };
  return delegate(store, {
    async start(header, plan, settings) {
      const { id, namespace, workflow } = header;
      const after = contentHash(jsonOf(header));
      return done(
        auditing,
        {
          action: 'run.start',
          object: `run/${id}`,
          namespace,
          before: null,
          after,
          asked: contentHash([workflow, header.plan]),
        },
        () => store.start(header, plan, settings),
        (reply) => (reply.kind === 'started' || reply.kind === 'exists' ? undefined : reply.kind),
      );
    },
    async send(messages) {
      for (const message of messages) await recordMessage(message);
      await store.send(messages);
    },
    async readAnswer(address, request, blockMs, signal) {
      const answer = await store.readAnswer(address, request, blockMs, signal);
      const asked = open.get(request);
      if (answer !== undefined) open.delete(request);
      if (asked && answer?.ok === false)
        await record(auditing, { ...asked.change, failed: { of: asked.n, code: answer.code } });
      return answer;
    },
  });
}

export function auditedDefinitionStore(store: DefinitionStore, auditing: Auditing): DefinitionStore {
  const hashOf = async (namespace: string, name: string) => {
    const found = await store.read(namespace, name);
    return found ? contentHash(jsonOf(found)) : null;
  };
  return delegate(store, {
    async write(change, expected) {
      const { namespace, name } = change.definition;
      const [before, after] = [await hashOf(namespace, name), contentHash(jsonOf(change.definition))];
      const action = before === null ? 'workflow.create' : 'workflow.change';
      return done(
        auditing,
        { action, object: objectOf('workflow', namespace, name), namespace, before, after },
        () => store.write(change, expected),
        unless,
      );
    },
    async remove(namespace, name, revision) {
      const before = await hashOf(namespace, name);
      return done(
        auditing,
        {
          action: 'workflow.remove',
          object: objectOf('workflow', namespace, name),
          namespace,
          before,
          after: null,
        },
        () => store.remove(namespace, name, revision),
        unless,
      );
    },
  });
}

export function auditedSecretRecords(records: SecretRecords, auditing: Auditing): SecretRecords {
  /** Of what is stored, which tells nothing of the value. */
  const hashOf = (record: SecretRecord | undefined) => (record ? contentHash(record.sealed) : null);
  const change = (action: string, { namespace, name }: Pick<SecretRecord, 'namespace' | 'name'>) => ({
    action,
    object: objectOf('secret', namespace, name),
    namespace,
  });
  return delegate(records, {
    async put(record) {
      const before = hashOf(await records.get(record.namespace, record.name));
      await done(auditing, { ...change('secret.set', record), before, after: hashOf(record) }, () =>
        records.put(record),
      );
    },
    async replace(seen, record) {
      const entry = { ...change('secret.rotate', record), before: hashOf(seen), after: hashOf(record) };
      return done(auditing, entry, () => records.replace(seen, record), unless);
    },
    async remove(namespace, name) {
      const before = hashOf(await records.get(namespace, name));
      const entry = { ...change('secret.remove', { namespace, name }), before, after: null };
      return done(auditing, entry, () => records.remove(namespace, name), unless);
    },
  });
}

export function auditedTokenStore(store: TokenStore, auditing: Auditing): TokenStore {
  return delegate(store, {
    async create(token) {
      const entry = {
        action: 'token.create',
        object: `token/${token.id}`,
        before: null,
        after: contentHash(jsonOf(token)),
      };
      return done(auditing, entry, () => store.create(token), unless);
    },
    async remove(id) {
      const found = await store.get(id);
      const { lastUsedAt: _, ...token } = found ?? {};
      const before = found ? contentHash(jsonOf(token)) : null;
      const entry = { action: 'token.revoke', object: `token/${id}`, before, after: null };
      return done(auditing, entry, () => store.remove(id), unless);
    },
  });
}

/** Answers the number of the record, or undefined where nobody acts. */
async function record({ log, acting }: Auditing, change: Change): Promise<number | undefined> {
  const by = acting();
  if (by === undefined) return undefined;
  return log.record({ who: by.who, ...change, ...(by.request === undefined ? {} : { request: by.request }) });
}

/** @param problemOf why what came back means that nothing was changed */
async function done<T>(
  auditing: Auditing,
  change: Change,
  work: () => Promise<T>,
  problemOf: (result: T) => string | undefined = () => undefined,
): Promise<T> {
  const n = await record(auditing, change);
  const failed = async (code: string) =>
    n === undefined ? undefined : record(auditing, { ...change, failed: { of: n, code } });
  try {
    const result = await work();
    const problem = problemOf(result);
    if (problem !== undefined) await failed(problem);
    return result;
  } catch (thrown) {
    // Without an answer it may have happened: then the first record stands.
    if (!(thrown instanceof SluiceError) || thrown.code !== 'redis_unreachable')
      await failed(thrown instanceof SluiceError ? thrown.code : 'internal').catch(() => {});
    throw thrown;
  }
}

function unless(done: boolean): string | undefined {
  return done ? undefined : 'not_possible';
}

async function changeOf(
  store: ShardStore,
  shards: number,
  message: InboxMessage,
): Promise<Change | undefined> {
  const { request: _, ...asked } = message as InboxMessage & { request?: string };
  const hash = { asked: contentHash(jsonOf(asked)), after: null };
  if (message.type === 'actor') {
    if (followsDefinition(message)) return undefined;
    return { ...(await actorChange(store, shards, message)), ...hash };
  }
  if (!STEERING.has(message.type)) return undefined;
  const header = await store.readHeader(message.run);
  return {
    action: `run.${message.type === 'approval' ? (message.decision === 'approved' ? 'approve' : 'reject') : message.type}`,
    object: `run/${message.run}`,
    ...(header ? { namespace: header.namespace } : {}),
    before: header ? contentHash(jsonOf(header)) : null,
    ...hash,
  };
}

/** A schedule is set and removed with its workflow, whose change is recorded. */
function followsDefinition({ to, name }: ActorMessage): boolean {
  return actorKind(to) === 'schedule' && (name === 'set' || name === 'remove');
}

async function actorChange(
  store: ShardStore,
  shards: number,
  message: ActorMessage,
): Promise<Omit<Change, 'after'>> {
  const address = addressOf(message);
  const documents = await store.readActors(shardOf(address, shards), documentKey(address, ''));
  const namespace = actorParts(address)[0];
  return {
    action: `${actorKind(address) ?? 'actor'}.${message.name}`,
    object: address,
    ...(namespace === undefined ? {} : { namespace }),
    before: documents.length === 0 ? null : contentHash(jsonOf(documents)),
  };
}

function objectOf(kind: string, ...parts: readonly string[]): string {
  return [kind, ...parts.map((part) => encodeURIComponent(part))].join('/');
}

/** What is stored as JSON anyway. */
function jsonOf(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

/** The store with some methods replaced; `this` of the others stays the store. */
function delegate<T extends object>(store: T, own: Partial<T>): T {
  return new Proxy(store, {
    get(target, name) {
      if (Object.hasOwn(own, name)) return Reflect.get(own, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
