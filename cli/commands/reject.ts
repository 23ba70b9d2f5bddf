/** `sluice reject RUN [NODE]`: decides an approval. */
import type { Command } from 'commander';
import { newCommand } from '../command.ts';
import { deciding, withDecision } from '../decision.ts';
import type { Host } from '../host.ts';

export function rejectCommand(host: Host): Command {
  const command = newCommand('reject', 'Rejects what a run asks approval for.', [
    'reject 01JD2Z3B4V5N6M7K8J9H0G1F2E --comment "not on a Friday"',
    'reject 01JD2Z3B4V5N6M7K8J9H0G1F2E go --by ada',
  ]);
  return withDecision(command).action(deciding(host, 'rejected'));
}
