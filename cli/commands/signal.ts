/** `sluice signal RUN NAME`: tells a run something that it waits for, or will wait for. */
import type { Command } from 'commander';
import { messageOf } from '../../engine/core/errors.ts';
import { isJsonObject, type JsonObject } from '../../engine/core/json.ts';
import { type InstallationFlags, newCommand, withInstallationFlags } from '../command.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { userName } from '../user-name.ts';

interface SignalFlags extends InstallationFlags {
  readonly data?: string;
  readonly by?: string;
}

export function signalCommand(host: Host): Command {
  const command = newCommand('signal', 'Sends a signal to a run.', [
    'signal 01JD2Z3B4V5N6M7K8J9H0G1F2E paid',
    `signal 01JD2Z3B4V5N6M7K8J9H0G1F2E paid --data '{"amount": 12}'`,
  ])
    .argument('<run>', 'id of the run')
    .argument('<name>', 'name of the signal');
  return withInstallationFlags(command)
    .option('-d, --data <json>', 'the payload, a JSON object; its fields become outputs')
    .option('--by <name>', 'who sends it (default: your user name)')
    .action((run: string, name: string, flags: SignalFlags) => {
      const payload = readData(flags.data);
      const by = flags.by ?? userName();
      return withInstallation(host, { ...flags, use: 'write' }, async ({ steering }) => {
        const sender = by === undefined ? {} : { by };
        const { node } = await steering.ask({ type: 'signal', run, name, payload, ...sender });
        if (typeof node === 'string') host.say(`${node} of run ${run} has taken the signal ${name}.`);
        else host.say(`Run ${run} keeps the signal ${name} until a task waits for it.`);
      });
    });
}

function readData(text: string | undefined): JsonObject {
  if (text === undefined) return {};
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (thrown) {
    throw usageFailure(`--data is not valid JSON: ${messageOf(thrown)}`);
  }
  if (isJsonObject(data)) return data;
  throw usageFailure(`--data must be a JSON object, such as '{"amount": 12}'.`);
}
