import { compile, planArrays } from './compile.ts';
import { fanOut } from './fan-out.ts';
import { flatCost } from './flat-cost.ts';
import { manyChains } from './many-chains.ts';
import { memory } from './memory.ts';
import { oneChain } from './one-chain.ts';
import type { Scenario } from './scenario.ts';
import { smallRun } from './small-run.ts';
import { smallRuns } from './small-runs.ts';

/** In the order of the table. Memory comes last, for its keys stay. */
export const SCENARIOS: readonly Scenario[] = [
  fanOut,
  manyChains,
  oneChain,
  smallRun,
  smallRuns,
  flatCost,
  compile,
  planArrays,
  memory,
];
