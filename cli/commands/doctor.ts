/** `sluice doctor`: is everything here that runs need, and is it well? */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { type Finding, inspectRedis, inspectScripts } from '../../engine/redis/index.ts';
import { duration, newCommand, type RedisFlags, withArtifacts, withLogStore, withRedis } from '../command.ts';
import type { Engine } from '../compose/engine.ts';
import { findRedisPlace } from '../compose/redis-place.ts';
import { withEngine } from '../compose/with-engine.ts';
import { inspectClocks } from '../doctor/clock-findings.ts';
import { inspectHost } from '../doctor/host-findings.ts';
import { inspectLimits } from '../doctor/limit-findings.ts';
import { inspectOrphans, type OrphanFlags } from '../doctor/orphan-findings.ts';
import { inspectPlaces, type PlaceFlags } from '../doctor/place-findings.ts';
import { inspectRoles } from '../doctor/role-findings.ts';
import { EXIT } from '../exit-code.ts';
import type { Colors, Host } from '../host.ts';

interface DoctorFlags extends RedisFlags, OrphanFlags, PlaceFlags {
  readonly json?: boolean;
}

export function doctorCommand(host: Host): Command {
  const command = newCommand('doctor', 'Checks machine, Redis, roles and places.', [
    'doctor',
    'doctor --redis redis://localhost:6379',
    'doctor --repair',
    'doctor --reindex',
  ]);
  return withLogStore(withArtifacts(withRedis(command)))
    .option('--repair', 'mend what it can, and remove what nothing refers to')
    .option('--reindex', 'mend the lists of runs from the runs')
    .option('--orphans', 'look for what nothing refers to, however many keys there are')
    .option('--idle <duration>', 'leave alone what was used since (default: 1h)', duration)
    .option('--json', 'print one JSON document')
    .action((flags: DoctorFlags) => examine(host, flags));
}

async function examine(host: Host, flags: DoctorFlags): Promise<void> {
  const place = findRedisPlace(host, flags);
  const here = inspectHost(host);
  const isFresh = place.kind === 'embedded' && !existsSync(place.home);
  const findings = isFresh
    ? [...here, NO_DATA]
    : [
        ...here,
        ...(await withEngine(
          host,
          { ...flags, use: flags.repair || flags.reindex ? 'write' : 'read' },
          (engine) => inspectEngine(host, engine, flags),
        )),
      ];
  const isWell = findings.every(({ level }) => level !== 'error');
  if (flags.json) host.print(JSON.stringify({ format: 1, ok: isWell, findings }, null, 2));
  else for (const finding of findings) host.print(findingLine(finding, host.outColors));
  if (!isWell) host.exitCode = EXIT.failed;
}

const NO_DATA: Finding = {
  level: 'ok',
  message: 'No Redis is named and this folder has no runs yet: `sluice run` will start a private Redis here.',
};

async function inspectEngine(host: Host, engine: Engine, flags: DoctorFlags): Promise<Finding[]> {
  const { connections, clock } = engine;
  const where: Finding = { level: 'ok', message: `Redis at ${connections.place} answers.` };
  const redis = [where, ...(await inspectRedis(connections, clock)), await inspectScripts(connections)];
  // Without scripts nothing else can be asked.
  if (redis.at(-1)?.level === 'error') return redis;
  return [
    ...redis,
    ...(await inspectRoles(engine)),
    ...(await inspectClocks(engine)),
    ...(await inspectLimits(host, engine, flags.repair === true)),
    ...(await inspectOrphans(engine, flags)),
    ...(await inspectPlaces(host, engine, flags)),
  ];
}

function findingLine({ level, message, fix }: Finding, colors: Colors): string {
  const sign =
    level === 'ok' ? colors.green('✓') : level === 'warning' ? colors.yellow('!') : colors.red('✗');
  return `${sign} ${message}${fix === undefined ? '' : ` ${fix}`}`;
}
