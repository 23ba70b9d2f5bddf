/** One line of a task's log, as `sluice logs` prints it. */
import { levelOf } from '../../engine/core/log-level.ts';
import type { Host } from '../host.ts';
import { inert } from './inert.ts';
import { plainText } from './plain-text.ts';
import type { TaskLine } from './run-follower.ts';

export interface LogLineForm {
  readonly jsonl?: boolean;
  readonly times?: boolean;
  /** The node stands in front. */
  readonly isPrefixed: boolean;
  /** False: the number of the attempt stands in front, too. */
  readonly isOneAttempt: boolean;
}

export function logLinePrinter(host: Host, form: LogLineForm): (line: TaskLine) => void {
  if (form.jsonl)
    return (line) => {
      const { node, attempt, at, stream, text } = line;
      const level = levelOf(line);
      host.print(JSON.stringify({ node, attempt, at: new Date(at).toISOString(), stream, level, text }));
    };
  // The runner of GitHub Actions reads stdout, too.
  const asText = host.settings.isGithubActions ? inert : (text: string) => text;
  return (line) => host.print(asText(`${headOf(line, form)}${plainText(line.text)}`));
}

function headOf({ node, attempt, at }: TaskLine, { times, isPrefixed, isOneAttempt }: LogLineForm): string {
  const name = isOneAttempt ? node : `${node} #${attempt}`;
  const time = times ? `${new Date(at).toISOString()} ` : '';
  return `${time}${isPrefixed || !isOneAttempt ? `[${name}] ` : ''}`;
}
