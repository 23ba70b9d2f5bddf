/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util';
import type { ContenderName } from './contender/contender.ts';
import { SCENARIOS } from './scenario/index.ts';
import type { Scenario } from './scenario/scenario.ts';
import { ALL } from './scenario/scenario.ts';

export const USAGE = `npm run bench -- [options]
  --rounds N        interleaved rounds, of which the median counts (default 5)
  --concurrency N   bodies at once in each worker process (default 50)
  --only NAME,…     of: ${SCENARIOS.map(({ name }) => name).join(' ')}
  --contenders NAME,…  of: ${ALL.join(' ')} (default all)
  --scale F         smaller sizes, to try the benchmark itself (default 1)
  --json            one document with all raw samples, instead of the table
`;

export interface BenchArguments {
  readonly rounds: number;
  readonly concurrency: number;
  readonly scale: number;
  readonly json: boolean;
  readonly scenarios: readonly Scenario[];
  readonly contenders: readonly ContenderName[];
}

/** @throws Error that says which argument is wrong. */
export function readArguments(args: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      concurrency: { type: 'string', default: '50' },
      scale: { type: 'string', default: '1' },
      only: { type: 'string' },
      contenders: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const names = choose('--only', values.only, new Set(SCENARIOS.map(({ name }) => name)));
  const sides = choose('--contenders', values.contenders, new Set<string>(ALL));
  return {
    rounds: Math.ceil(positive('--rounds', values.rounds)),
    concurrency: Math.ceil(positive('--concurrency', values.concurrency)),
    scale: positive('--scale', values.scale),
    json: values.json,
    scenarios: SCENARIOS.filter(({ name }) => names.has(name)),
    contenders: ALL.filter((name) => sides.has(name)),
  };
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(`${flag} takes a number above 0, not "${text}".`);
}

function choose(flag: string, text: string | undefined, known: ReadonlySet<string>): ReadonlySet<string> {
  if (text === undefined) return known;
  const chosen = new Set(text.split(','));
  const unknown = [...chosen].find((name) => !known.has(name));
  if (unknown === undefined) return chosen;
  throw new Error(`${flag} knows no "${unknown}"; there are ${[...known].join(', ')}.`);
}
