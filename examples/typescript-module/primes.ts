import { readFileSync, writeFileSync } from 'node:fs';
import { defineTask, type ModuleContext } from 'sluice/executors';

interface Found {
  count: number;
  largest: number;
}

/** Writes all primes below the limit to primes.txt. */
export default async function sieve({ limit }: { limit: number }, context: ModuleContext): Promise<Found> {
  const isComposite = new Uint8Array(limit);
  const primes: number[] = [];
  for (let n = 2; n < limit; n++) {
    if (n % 1000 === 0) {
      // A function that never pauses cannot be told to stop, nor show how far it is.
      await new Promise((resolve) => setImmediate(resolve));
      context.signal.throwIfAborted();
      context.progress(n / limit);
    }
    if (isComposite[n]) continue;
    primes.push(n);
    for (let multiple = n * n; multiple < limit; multiple += n) isComposite[multiple] = 1;
  }
  context.log.info(
    `${primes.length} primes below ${limit}, in attempt ${context.attempt} of ${context.task}`,
  );
  writeFileSync('primes.txt', `${primes.join('\n')}\n`);
  return { count: primes.length, largest: primes.at(-1) ?? 0 };
}

/** The widest gap between two neighbours; `defineTask` gives the arguments and the context their types. */
export const gaps = defineTask(({ path }: { path: string }, { log }) => {
  const primes = readFileSync(path, 'utf8').trim().split('\n').map(Number);
  let best = { widest: 0, after: 0 };
  for (const [i, prime] of primes.entries()) {
    const gap = (primes[i + 1] ?? prime) - prime;
    if (gap > best.widest) best = { widest: gap, after: prime };
  }
  if (best.widest > 50) log.warn(`a gap of ${best.widest} after ${best.after}`);
  return best;
});
