/** Buckets and folders that keep artifacts and logs: do they take and give, and do they hold what is of no run any more? */
import { randomBytes } from 'node:crypto';
import { messageOf } from '../../engine/core/errors.ts';
import { newRunId } from '../../engine/core/run-id.ts';
import { type Finding, mentionedHashes, withoutRun } from '../../engine/redis/index.ts';
import { bundleHolder } from '../../engine/runtime/source/source-bundle.ts';
import type { Engine } from '../compose/engine.ts';
import type { Host } from '../host.ts';
import { countOf } from '../view/count.ts';
import { plainText } from '../view/plain-text.ts';

export interface PlaceFlags {
  readonly artifacts?: string;
  readonly logs?: string;
  /** Look however many there are. */
  readonly orphans?: boolean;
}

interface Place {
  readonly noun: 'Artifacts' | 'Logs';
  readonly where: string;
  /** Stores something under an id that is no run's, and reads it again. Answers whether it was the same. */
  probe(id: string): Promise<boolean>;
  remove(id: string): Promise<void>;
  holders(): AsyncIterable<readonly string[]>;
}

/** Ids that are gone through without being asked to: a few requests to a bucket. */
const FEW = 20_000;
/** What began more recently may still be on its way, ms. */
const YOUNG_MS = 3_600_000;
/** What is on its way arrives within that, ms. */
const SECOND_LOOK_MS = 2_000;
/** Named of those that are too many. */
const EXAMPLES = 3;

export async function inspectPlaces(host: Host, engine: Engine, flags: PlaceFlags): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const place of placesOf(host, engine, flags)) {
    const found = await probe(engine, place);
    findings.push(found);
    if (found.level !== 'error') findings.push(await inspectHolders(engine, place, flags));
  }
  return findings;
}

/** Those outside Redis. */
function placesOf({ settings }: Host, engine: Engine, flags: PlaceFlags): Place[] {
  const { artifacts, logs, home } = engine;
  const places: Place[] = [];
  if (artifacts.holders && artifacts.remove)
    places.push({
      noun: 'Artifacts',
      where: flags.artifacts ?? settings.artifacts ?? `${home ?? '.sluice'}/artifacts`,
      async probe(id) {
        const bytes = Buffer.from(id);
        await artifacts.put(id, 'probe', bytes);
        return bytes.equals((await artifacts.get(id, 'probe')) ?? Buffer.alloc(0));
      },
      remove: (id) => artifacts.remove?.(id) ?? Promise.resolve(),
      holders: () => artifacts.holders?.() ?? none(),
    });
  if (logs.holders && logs.remove)
    places.push({
      noun: 'Logs',
      where: flags.logs ?? settings.logs ?? '',
      async probe(run) {
        const name = { run, node: 0, attempt: 1 };
        await logs.append(name, [{ at: 0, stream: 'system', text: run }]);
        const [line] = await logs.read(name, '0', 1);
        return line?.text === run;
      },
      remove: (id) => logs.remove?.(id) ?? Promise.resolve(),
      holders: () => logs.holders?.() ?? none(),
    });
  return places;
}

async function* none(): AsyncGenerator<readonly string[]> {}

async function probe({ clock }: Engine, { noun, where, ...place }: Place): Promise<Finding> {
  const id = newRunId(clock.now(), randomBytes(10));
  const subject = `${noun} in ${plainText(where)}`;
  try {
    if (!(await place.probe(id)))
      return {
        level: 'error',
        message: `${subject} are not given back as they were stored.`,
        fix: 'All roles must name the same place; a service between must not keep old answers.',
      };
  } catch (thrown) {
    return { level: 'error', message: `${subject} cannot be stored and read. ${messageOf(thrown)}` };
  }
  try {
    await place.remove(id);
    return { level: 'ok', message: `${subject} can be stored, read and deleted.` };
  } catch (thrown) {
    return {
      level: 'warning',
      message: `${subject} can be stored and read, and not be deleted: pruning leaves them there. ${messageOf(thrown)}`,
      fix: 'Without that right, give the bucket a rule that deletes what is old.',
    };
  }
}

async function inspectHolders(engine: Engine, place: Place, flags: PlaceFlags): Promise<Finding> {
  const subject = `${place.noun} in ${plainText(place.where)}`;
  const limit = flags.orphans ? Number.POSITIVE_INFINITY : FEW;
  const { count, strays } = await lookAtHolders(engine, place, limit);
  if (count >= limit)
    return {
      level: 'ok',
      message: `${subject} are of ${FEW} runs and more, not looked through for orphans: \`sluice doctor --orphans\` does.`,
    };
  if (strays.length === 0)
    return { level: 'ok', message: `${subject} are of ${countOf(count, 'run')}; no orphans.` };
  const examples = strays.slice(0, EXAMPLES).join(', ');
  return {
    level: 'warning',
    message: `${subject} are there of ${countOf(strays.length, 'run')} (${examples}${strays.length > EXAMPLES ? ', …' : ''}) that this installation does not have.`,
    fix: 'A removal that broke off has left them, or they are of another installation, which should have a prefix of its own. If they are not, delete what is below these names.',
  };
}

async function lookAtHolders(
  engine: Engine,
  place: Place,
  limit: number,
): Promise<{ readonly count: number; readonly strays: readonly string[] }> {
  const { connections, shards, clock } = engine;
  const strays = new Set<string>();
  let count = 0;
  for await (const ids of place.holders()) {
    count += ids.length;
    if (count >= limit) return { count, strays: [] };
    const old = ids.filter((id) => !isYoung(id, clock.now()));
    for (const id of await withoutRun(connections, old, shards)) strays.add(id);
  }
  if (strays.size === 0) return { count, strays: [] };
  await clock.sleep(SECOND_LOOK_MS);
  const bundles = new Set((await mentionedHashes(connections, shards)).map(bundleHolder));
  const gone = await withoutRun(connections, [...strays], shards);
  return { count, strays: gone.filter((id) => !bundles.has(id)) };
}

/** By the time in its id; a run of a key has none there. */
function isYoung(id: string, now: number): boolean {
  const zeros = new Uint8Array(10);
  return id > newRunId(now - YOUNG_MS, zeros) && id < newRunId(now + YOUNG_MS, zeros);
}
