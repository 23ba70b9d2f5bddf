/** Any JSON value, as the engine's own type. */
import { z } from 'zod';
import type { Json } from '../../engine/core/json.ts';

export const json: z.ZodType<Json, Json> = z.json();
