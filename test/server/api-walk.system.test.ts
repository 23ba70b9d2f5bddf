/** The walk through the API in docs/api.md, typed line by line into a shell, beside a real `sluice up`. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIfStale } from '../support/build.ts';
import { type CliFolder, cliFolder } from '../support/cli.ts';
import { freePort } from '../support/free-port.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'api.md'), 'utf8');

interface Step {
  readonly command: string;
  /** Lines as they stand in the page; `…` is anything. */
  readonly shown: readonly string[];
}

function steps(): Step[] {
  const blocks = [...PAGE.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, text]) => text ?? '');
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const lines = part.trimEnd().split('\n');
        const more = lines.slice(1).findIndex((line) => !line.startsWith('> '));
        const end = more < 0 ? lines.length : more + 1;
        const command = lines.slice(0, end).map((line, i) => (i === 0 ? line : line.slice(2)));
        return { command: command.join('\n'), shown: lines.slice(end) };
      }),
  );
}

/** One shell for all, so that what a line sets the next ones have. */
class Shell {
  readonly #process: ChildProcessWithoutNullStreams;
  #output = '';
  #wake: () => void = () => {};

  constructor(cwd: string) {
    this.#process = spawn('bash', ['--noprofile', '--norc'], { cwd });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        this.#wake();
      });
  }

  async type(command: string): Promise<string> {
    const end = `--end-${Math.random().toString(36).slice(2)}--`;
    this.#output = '';
    this.#process.stdin.write(`${command}\nprintf '\\n%s\\n' ${end}\n`);
    while (!this.#output.includes(end)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#output.slice(0, this.#output.indexOf(end)).trimEnd();
  }

  end(): void {
    this.#process.kill('SIGKILL');
  }
}

/** Whether the output begins as the page shows it. */
function fits(output: string, shown: readonly string[]): RegExp {
  const escaped = shown
    .join('\n')
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  expect(output === '' && shown.length > 0, 'there is output').toBe(false);
  return new RegExp(`^${escaped.join('[\\s\\S]*')}`);
}

let folder: CliFolder;
let shell: Shell;
let address: string;

beforeAll(async () => {
  await buildIfStale();
  folder = cliFolder();
  const port = await freePort();
  address = `http://127.0.0.1:${port}`;
  await folder.start(['up', '--port', String(port)]).saw('Sluice is up at');
  shell = new Shell(folder.path);
}, 240_000);

afterAll(async () => {
  shell?.end();
  await folder?.remove();
});

describe('docs/api.md', () => {
  it('has a walk', () => {
    expect(steps().length).toBeGreaterThan(35);
  });

  it.each(steps().map((step) => [step.command.split('\n')[0] ?? '', step] as const))(
    '$ %s',
    async (_title, step) => {
      const output = await shell.type(step.command.replace('http://127.0.0.1:4680', address));
      expect(output).toMatch(fits(output, step.shown));
    },
  );
});
