/** Ids of the orchestrators that drive runs. One that was killed stays announced for seconds; where all are on this machine, it is told by its process. */
import { hostname } from 'node:os';
import type { Engine } from './engine.ts';

export async function liveOrchestrators({ membership, isEmbedded }: Engine): Promise<readonly string[]> {
  const announced = await membership.orchestrators();
  return isEmbedded ? announced.filter((id) => !isKnownDead(id)) : announced;
}

/** Ids are `host:pid:…`, see roles.ts. */
function isKnownDead(id: string): boolean {
  const [host, pid] = id.split(':');
  if (host !== hostname() || !(Number(pid) > 0)) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (thrown) {
    // Not allowed to signal it: it lives, as another user.
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM');
  }
}
