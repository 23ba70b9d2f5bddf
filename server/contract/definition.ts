/** What is said of a workflow file: its mistakes, and the graph of it. */
import { z } from 'zod';
import { DIAGNOSTIC_CODES, type DiagnosticCode } from '../../dsl/index.ts';
import { json } from './json.ts';

const codes = Object.keys(DIAGNOSTIC_CODES) as [DiagnosticCode, ...DiagnosticCode[]];

export const diagnostic = z
  .object({
    severity: z.enum(['error', 'warning']),
    code: z.enum(codes),
    message: z.string(),
    file: z.string(),
    line: z.int().describe('From 1.'),
    column: z.int().describe('From 1, in UTF-16 units.'),
    length: z.int(),
    hint: z.string().optional(),
    fix: z
      .string()
      .optional()
      .describe('YAML that mends it in the place of what is underlined: `length` units from `column`.'),
  })
  .meta({ id: 'Diagnostic' });

export const graph = z
  .object({
    format: z.literal(1),
    workflow: z.string(),
    version: z.string(),
    nodes: z.array(
      z.object({
        id: z.string(),
        level: z.int(),
        uses: z.string(),
        queue: z.string(),
        trigger_rule: z.string(),
        fan_out: z.string().nullable(),
        at: json.describe('Where it stands in the file.'),
      }),
    ),
    edges: z.array(z.looseObject({ from: z.string(), to: z.string() })),
  })
  .meta({ id: 'Graph' });
