/** `sluice approve RUN [NODE]`: decides an approval. */
import type { Command } from 'commander';
import { newCommand } from '../command.ts';
import { deciding, withDecision } from '../decision.ts';
import type { Host } from '../host.ts';

export function approveCommand(host: Host): Command {
  const command = newCommand('approve', 'Approves what a run waits for.', [
    'approve 01JD2Z3B4V5N6M7K8J9H0G1F2E',
    'approve 01JD2Z3B4V5N6M7K8J9H0G1F2E go --form tickets=7 --comment fine',
  ]);
  return withDecision(command).action(deciding(host, 'approved'));
}
