/**
 * Whether the role in this container is alive, for HEALTHCHECK and exec probes: exit code 0 or 1, and a sentence. It reads
 * from the command line of PID 1 which role that is and at which port it answers, so that one check fits every role.
 * A role that answers at no port is as well as its process. With `--ready` it asks /readyz instead of /livez.
 */
import { readFileSync } from 'node:fs';

const PATIENCE_MS = 4_000;
const SERVER_PORT = 4680;

const words = readFileSync('/proc/1/cmdline', 'utf8').split('\0');
const wanted = process.argv.includes('--ready') ? 'readyz' : 'livez';
const port = portOf(words);
if (port === undefined) say(0, 'the role answers at no port; its process is alive');
else await ask(`http://127.0.0.1:${port}/${wanted}`);

/** @param {readonly string[]} command */
function portOf(command) {
  const isServer = command.includes('server') || command.includes('up');
  if (isServer) return optionOf(command, '--port') ?? SERVER_PORT;
  return optionOf(command, '--metrics-port')?.split(':').at(-1);
}

/** `--name value` or `--name=value`. */
function optionOf(command, name) {
  const at = command.findIndex((word) => word === name || word.startsWith(`${name}=`));
  if (at < 0) return undefined;
  return command[at] === name ? command[at + 1] : command[at].slice(name.length + 1);
}

async function ask(url) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    say(answer.ok ? 0 : 1, `${url} answers ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
  } catch (thrown) {
    say(1, `${url} does not answer: ${thrown.cause?.message ?? thrown.message}`);
  }
}

function say(code, text) {
  process.stdout.write(`${text}\n`);
  process.exitCode = code;
}
