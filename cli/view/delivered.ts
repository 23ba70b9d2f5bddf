/** How notifications fared that were just sent. */
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import type { Delivered } from '../installation/notifications.ts';
import { plainText } from './plain-text.ts';

/** @throws CliFailure when one of them was not delivered at the first try */
export function tellOutcomes(host: Host, outcomes: readonly Delivered[]): void {
  const failed: string[] = [];
  for (const { id, problem } of outcomes) {
    if (problem === undefined) host.say(`${id} was delivered.`);
    else failed.push(`${id} was not delivered: ${plainText(problem)}.`);
  }
  if (failed.length > 0) throw new CliFailure(EXIT.failed, failed.join('\n'));
}
