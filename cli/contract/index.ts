/** The documents of the public contract by the name that `sluice schema` knows them by. docs/schema holds copies. */
import { z } from 'zod';
import type { JsonObject } from '../../engine/core/json.ts';
import { costReport } from '../../server/contract/cost.ts';
import { event, events } from '../../server/contract/event.ts';
import { limitList } from '../../server/contract/limits.ts';
import { runList } from '../../server/contract/list.ts';
import { run } from '../../server/contract/run.ts';

export { event, events, run, runList };

const SCHEMAS = { run, event, list: runList, limits: limitList, cost: costReport } as const;

export type ContractName = keyof typeof SCHEMAS;
export const CONTRACT_NAMES = Object.keys(SCHEMAS) as ContractName[];

/** JSON Schema, draft 2020-12. It allows members that it does not name, for later versions may add some. */
export function contractSchema(name: ContractName): JsonObject {
  // Plain JSON by construction.
  return z.toJSONSchema(SCHEMAS[name], { io: 'input' }) as unknown as JsonObject;
}
