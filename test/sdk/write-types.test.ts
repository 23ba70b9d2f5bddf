/** The types that `sluice types` writes are those of the values that a run takes and gives. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { compileWorkflows } from '../../dsl/index.ts';
import { writeTypes } from '../../sdk/write-types.ts';

const TEXT = `
name: nightly-etl
description: Loads a day.
inputs:
  day: { type: date, required: true, description: The day to load. }
  limit: { type: integer, default: 10 }
  mode: { type: enum, enum: [fast, "sl'ow"] }
  rows: { type: array, items: { type: object, properties: { id: { type: string, required: true }, n: number } } }
  odd-name: object
tasks:
  load:
    run: "true"
    outputs: { rows: integer, note: { type: string, required: false } }
    artifacts: { csv: out.csv }
  each: { foreach: [1, 2], run: "true", outputs: { ok: boolean } }
outputs:
  rows: \${{ tasks.load.outputs.rows }}
  note: \${{ tasks.load.outputs.note }}
  file: \${{ tasks.load.artifacts.csv }}
  all: \${{ tasks.each.outputs.ok }}
  title: Day \${{ inputs.day }}
  limit: \${{ inputs.limit }}
  free: \${{ add(inputs.limit, 1) }}
  made: { day: "\${{ inputs.day }}", n: 1 }
`;

const { plans } = compileWorkflows({ path: 'w.yaml', text: TEXT });

describe('types', () => {
  it('say what is required, what may be null, and what a fan-out gives', () => {
    const text = writeTypes(plans);
    for (const line of [
      "import type { ArtifactRef, Json } from 'sluice/sdk';",
      '  /** The day to load. */\n  readonly day: string;',
      '  /** Default: `10`. */\n  readonly limit?: number | null;',
      `  readonly mode?: "fast" | "sl'ow" | null;`,
      '  readonly rows?: readonly { readonly id: string; readonly n?: number | null }[] | null;',
      '  readonly "odd-name"?: { readonly [name: string]: Json } | null;',
      '  readonly rows: number;',
      '  readonly note: string | null;',
      '  readonly file: ArtifactRef;',
      '  readonly all: readonly (boolean | null)[];',
      '  readonly title: string;',
      '  readonly limit: number;',
      '  readonly free: Json;',
      '  readonly made: { readonly day: string; readonly n: 1 };',
      'export interface NightlyEtl {',
    ])
      expect(text).toContain(line);
  });

  it('are TypeScript', { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-types-'));
    try {
      const text = writeTypes(plans).replace(
        "'sluice/sdk'",
        JSON.stringify(join(import.meta.dirname, '..', '..', 'sdk', 'index.ts')),
      );
      await writeFile(
        join(folder, 'types.ts'),
        `${text}\nexport const one: NightlyEtlInputs = { day: '2026-01-01', mode: 'fast' };\n`,
      );
      const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
      const flags = [
        '--noEmit',
        '--ignoreConfig',
        '--strict',
        '--skipLibCheck',
        '--noResolve',
        '--module',
        'nodenext',
        '--allowImportingTsExtensions',
      ];
      const { stdout } = await promisify(execFile)(process.execPath, [
        tsc,
        ...flags,
        join(folder, 'types.ts'),
      ]).catch((thrown: { stdout: string }) => thrown);
      // The imported names are not looked up; all else must be right.
      expect(stdout.split('\n').filter((line) => line.includes('error') && !line.includes('TS2307'))).toEqual(
        [],
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
