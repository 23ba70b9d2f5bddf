/** What nothing refers to any more, or is missing from the lists of runs; with `repair` it is removed, or put there. */
import { findStrayTickets, removeTickets, type StrayTicket } from '../../engine/bullmq/index.ts';
import {
  type Finding,
  findOrphans,
  mendOrphans,
  type Orphan,
  type OrphanKind,
  queueNames,
} from '../../engine/redis/index.ts';
import { summaryOf } from '../../engine/runtime/run-summary.ts';
import type { Engine } from '../compose/engine.ts';
import { countOf } from '../view/count.ts';
import { plainText } from '../view/plain-text.ts';

export interface OrphanFlags {
  /** Look however many keys there are. */
  readonly orphans?: boolean;
  readonly repair?: boolean;
  /** Only lists of runs, whatever their age. */
  readonly reindex?: boolean;
  /** ms; what was used since is left alone. */
  readonly idle?: number;
}

/** Keys that are gone through without being asked to: a second or two. */
const FEW_KEYS = 20_000;
const IDLE_MS = 3_600_000;
/** What is on its way arrives within that, ms. */
const SECOND_LOOK_MS = 2_000;
/** Named of each kind. */
const EXAMPLES = 3;

interface Wording {
  readonly noun: readonly [one: string, many: string];
  readonly why: string;
  readonly fix: string;
  readonly mended: string;
  /** Comes about in the ordinary course of things: nothing is wrong. */
  readonly isUsual?: true;
}

const REPAIR = '`sluice doctor --repair`';
const REINDEX = '`sluice doctor --reindex`';

const WORDS: Readonly<Record<OrphanKind | 'ticket', Wording>> = {
  run: {
    noun: ['run', 'runs'],
    why: 'left keys behind though it is gone',
    fix: `Remove them: ${REPAIR}.`,
    mended: 'Removed',
  },
  flight: {
    noun: ['flight', 'flights'],
    why: 'belongs to a run that is gone or has ended',
    fix: `Remove them: ${REPAIR}.`,
    mended: 'Removed',
  },
  ticket: {
    noun: ['ticket in a queue', 'tickets in queues'],
    why: 'is of work that nobody waits for',
    fix: `Remove them: ${REPAIR}.`,
    mended: 'Removed',
  },
  line: {
    noun: ['run in the lists', 'runs in the lists'],
    why: 'is not there',
    fix: `Take them out: ${REINDEX}.`,
    mended: 'Taken out',
  },
  unlisted: {
    noun: ['run', 'runs'],
    why: 'is missing from the lists, or has another status there',
    fix: `Put them there: ${REINDEX}.`,
    mended: 'Put into the lists',
  },
  plan: {
    noun: ['plan', 'plans'],
    why: 'is not used any more',
    fix: `Remove them: ${REPAIR}.`,
    mended: 'Removed',
    isUsual: true,
  },
  source: {
    noun: ['source bundle', 'source bundles'],
    why: 'is not used any more',
    fix: `Remove them: ${REPAIR}.`,
    mended: 'Removed',
    isUsual: true,
  },
};

export async function inspectOrphans(engine: Engine, flags: OrphanFlags): Promise<Finding[]> {
  const keys = await countKeys(engine);
  const isAsked = flags.orphans || flags.repair || flags.reindex;
  if (!isAsked && keys > FEW_KEYS)
    return [
      {
        level: 'ok',
        message: `${keys} keys, not looked through for orphans: \`sluice doctor --orphans\` does.`,
      },
    ];
  const orphans = await findKeyOrphans(engine, flags);
  const tickets = flags.reindex && !flags.repair ? [] : await findTickets(engine, flags);
  if (orphans.length + tickets.length === 0)
    return [{ level: 'ok', message: `No orphans among ${countOf(keys, 'key')}.` }];
  return [...(await keyFindings(engine, orphans, flags)), ...(await ticketFindings(engine, tickets, flags))];
}

async function countKeys({ connections }: Engine): Promise<number> {
  const sizes = await connections.callEach('dbsize', []);
  return sizes.reduce((sum, [, size]) => sum + Number(size), 0);
}

function isOfIndex({ kind }: Orphan): boolean {
  return kind === 'line' || kind === 'unlisted';
}

async function findKeyOrphans(
  { connections, shards, clock }: Engine,
  { idle = IDLE_MS, repair, reindex }: OrphanFlags,
): Promise<readonly Orphan[]> {
  const found = await findOrphans(connections, {
    shards,
    minAgeMs: idle,
    pause: () => clock.sleep(SECOND_LOOK_MS),
  });
  return reindex && !repair ? found.filter(isOfIndex) : found;
}

async function keyFindings(
  { connections, shards, index }: Engine,
  orphans: readonly Orphan[],
  { repair, reindex, idle: minAgeMs = IDLE_MS }: OrphanFlags,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [kind, words] of Object.entries(WORDS)) {
    const own = orphans.filter((orphan) => orphan.kind === kind);
    const [first] = own;
    if (first === undefined) continue;
    const names = own.map(({ name }) => name);
    if (repair || (reindex && isOfIndex(first))) {
      const mended = await mendOrphans(connections, own, { shards, minAgeMs, index, summaryOf });
      findings.push(mendedFinding(words, names, mended));
    } else findings.push(toldFinding(words, names));
  }
  return findings;
}

async function findTickets(engine: Engine, { idle = IDLE_MS }: OrphanFlags): Promise<readonly StrayTicket[]> {
  const { connections, queueConnection, prefix, store, clock } = engine;
  const options = {
    connection: queueConnection,
    prefix,
    addedBefore: (await store.now()) - idle,
    areThere: async (shard: number, flights: readonly string[]) =>
      (await store.readFlights(shard, flights)).map(([, value]) => value !== null),
  };
  const first = await findStrayTickets(options, await queueNames(connections));
  if (first.length === 0) return first;
  await clock.sleep(SECOND_LOOK_MS);
  const before = new Set(first.map(({ id }) => id));
  const again = await findStrayTickets(options, [...new Set(first.map(({ queue }) => queue))]);
  return again.filter(({ id }) => before.has(id));
}

async function ticketFindings(
  { queueConnection, prefix }: Engine,
  tickets: readonly StrayTicket[],
  { repair }: OrphanFlags,
): Promise<Finding[]> {
  if (tickets.length === 0) return [];
  const names = tickets.map(({ queue, id }) => `${queue}/${id}`);
  if (!repair) return [toldFinding(WORDS.ticket, names)];
  const removed = await removeTickets({ connection: queueConnection, prefix }, tickets);
  return [mendedFinding(WORDS.ticket, names, removed)];
}

function describe({ noun: [one, many], why }: Wording, names: readonly string[]): string {
  const more = names.length > EXAMPLES ? ', …' : '';
  const examples = names.slice(0, EXAMPLES).map(plainText).join(', ');
  return `${names.length} ${names.length === 1 ? one : many} (${examples}${more}), each of which ${why}`;
}

function toldFinding(words: Wording, names: readonly string[]): Finding {
  const message = `${describe(words, names)}.`;
  return words.isUsual
    ? { level: 'ok', message: `${message} ${words.fix}` }
    : { level: 'warning', message, fix: words.fix };
}

function mendedFinding(words: Wording, names: readonly string[], mended: number): Finding {
  const message = `${words.mended}: ${describe(words, names)}.`;
  if (mended >= names.length) return { level: 'ok', message };
  const left = `${words.mended} ${mended} of ${describe(words, names)}.`;
  return {
    level: 'warning',
    message: left,
    fix: 'The others were in use meanwhile, or may have been, since Redis was saving; look again: `sluice doctor`.',
  };
}
