/** Reads a secret's value from where it leaves no trace: a file, what is piped in, or a prompt without echo. Never from arguments. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT } from './exit-code.ts';
import { CliFailure, usageFailure } from './failure.ts';
import type { Host } from './host.ts';
import { explainSystemError } from './system-error.ts';

/** Without the newline that ends it. */
export async function readSecretValue(host: Host, name: string, file: string | undefined): Promise<string> {
  const text = file === undefined ? await readInput(host, name) : readFile(host, file);
  return text.replace(/\r?\n$/, '');
}

function readFile(host: Host, path: string): string {
  try {
    return readFileSync(resolve(host.cwd, path), 'utf8');
  } catch (thrown) {
    throw usageFailure(`The file ${path} cannot be read: ${explainSystemError(thrown) ?? 'it is no file'}.`);
  }
}

async function readInput(host: Host, name: string): Promise<string> {
  const { stdin } = process;
  if (stdin.isTTY) return prompt(host, name);
  const pieces: Buffer[] = [];
  for await (const piece of stdin) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString('utf8');
}

const ENTER = new Set(['\r', '\n']);
const CTRL_C = '\x03';
const CTRL_D = '\x04';
const ERASE = new Set(['\x7f', '\b']);

/** One line, not shown. What is pasted with line breaks in it ends at the first: use a file for that. */
function prompt(host: Host, name: string): Promise<string> {
  const { stdin } = process;
  host.stderr.write(`Value of ${name} (not shown): `);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  return new Promise<string>((resolveValue, reject) => {
    let value = '';
    const end = (finish: () => void) => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      host.stderr.write('\n');
      finish();
    };
    const take = (typed: string) => {
      for (const key of typed) {
        if (ENTER.has(key) || key === CTRL_D) return end(() => resolveValue(value));
        if (key === CTRL_C) return end(() => reject(new CliFailure(EXIT.interrupted, 'Nothing was stored.')));
        value = ERASE.has(key) ? value.slice(0, -1) : value + key;
      }
    };
    stdin.on('data', take);
    stdin.resume();
  });
}
