/** Gathers the evidence when all is over, past all links: what the clients were told, what the engine stored, what the ledger holds. */
import { SluiceError } from '../../engine/core/errors.ts';
import type { Client } from '../../engine/runtime/client/client.ts';
import { findKeys } from '../support/cluster/leaks.ts';
import type { Evidence, RunEvidence } from './evidence.ts';
import { type LedgerLine, readLedger } from './ledger.ts';
import type { Played } from './players.ts';
import type { World } from './world.ts';

export async function gather(
  world: World,
  played: readonly Played[],
  limits: ReadonlyMap<string, number>,
): Promise<Evidence> {
  const left = await findKeys(world);
  const lines = new Map<string, LedgerLine[]>();
  for (const line of readLedger(world.ledger)) {
    const list = lines.get(line.run);
    if (list) list.push(line);
    else lines.set(line.run, [line]);
  }
  const runs: RunEvidence[] = [];
  for (const { run, draft, told, seen } of played) {
    const stored = await readRun(world.looker, run);
    runs.push({ run, draft, told, seen, ...stored, ledger: lines.get(run) ?? [] });
  }
  return { runs, disturbances: world.disturbances, limits, losses: world.losses, left };
}

async function readRun(client: Client, run: string): Promise<Pick<RunEvidence, 'view' | 'history'>> {
  try {
    return { view: await client.show(run), history: await client.events(run) };
  } catch (thrown) {
    if (thrown instanceof SluiceError && thrown.code === 'run_not_found')
      return { view: undefined, history: [] };
    throw thrown;
  }
}
