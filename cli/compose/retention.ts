/** How long runs are kept: flag before SLUICE_RETENTION before for ever. */
import { InvalidArgumentError } from 'commander';
import { SluiceError } from '../../engine/core/errors.ts';
import type { PlanRetention } from '../../engine/core/plan.ts';
import { parseRetention } from '../../engine/core/retention.ts';
import { readRetention } from '../../sdk/upkeep.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';

/** The value of `--retention`. */
export function retentionFlag(text: string): PlanRetention {
  const parsed = parseRetention(text);
  if ('problem' in parsed) throw new InvalidArgumentError(`${parsed.problem}.`);
  return parsed.retention;
}

/** @throws CliFailure when SLUICE_RETENTION cannot be read */
export function retentionOf({ settings }: Host): PlanRetention {
  try {
    return readRetention(settings.retention);
  } catch (thrown) {
    throw thrown instanceof SluiceError ? usageFailure(thrown.message) : thrown;
  }
}
