/** Entry of the command line: parses, runs one command, says what went wrong, ends with the documented exit code. */
import { outliveBrokenOutput } from './broken-output.ts';
import { loadSettings } from './config-file/load.ts';
import { explainFailure } from './failure.ts';
import { createHost, type Host } from './host.ts';
import { buildProgram } from './program.ts';

export async function main(argv: readonly string[]): Promise<void> {
  const loaded = await loadSettings(argv, process.cwd()).catch((thrown: unknown) => ({ thrown }));
  const host = 'thrown' in loaded ? createHost() : createHost(loaded);
  const output = outliveBrokenOutput(host);
  host.exitCode = 'thrown' in loaded ? explain(host, loaded.thrown) : await runProgram(host, loaded.argv);
  // Whatever a library still keeps open must not keep the caller waiting.
  await Promise.all([flush(host.stdout), flush(host.stderr)]);
  process.exit(output.exitCode());
}

/** One command line, to its end; answers the exit code. */
export async function runProgram(host: Host, argv: readonly string[]): Promise<number> {
  try {
    const program = await buildProgram(host, argv);
    await program.parseAsync([...argv]);
    return host.exitCode;
  } catch (thrown) {
    return explain(host, thrown);
  }
}

function explain(host: Host, thrown: unknown): number {
  const { exitCode, message } = explainFailure(thrown);
  if (message !== undefined) host.say(`${host.colors.red('sluice:')} ${message}`);
  if (host.settings.isDebug && thrown instanceof Error) host.say(thrown.stack ?? '');
  return exitCode;
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
