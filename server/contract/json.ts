/** Any JSON value, as the engine's own type. */
import { z } from 'zod';
import type { Json } from '../../engine/core/json.ts';
import type { ValueSpec } from '../../engine/core/plan.ts';

export const json: z.ZodType<Json, Json> = z.json();

/** Declared fields of a form or payload, by name. Plain JSON, whose type the engine knows more exactly. */
export const declaredFields = z.record(z.string(), json) as unknown as z.ZodType<Declared, Declared>;
type Declared = { readonly [name: string]: ValueSpec };
