/** The command line without a process of its own: the real program on a host whose streams are kept. For tests that give many commands. */
import { Writable } from 'node:stream';
import pc from 'picocolors';
import { readSettings } from '../../cli/config.ts';
import type { Host } from '../../cli/host.ts';
import { runProgram } from '../../cli/main.ts';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Where {
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
}

export async function sluice(where: Where, args: readonly string[]): Promise<Said> {
  const { host, written } = quietHost(where);
  const code = await runProgram(host, ['node', 'sluice', ...args]);
  return { code, stdout: written(host.stdout), stderr: written(host.stderr) };
}

export function quietHost({ cwd, env }: Where): {
  readonly host: Host;
  readonly written: (stream: Writable) => string;
} {
  const texts = new Map<Writable, string>();
  const stream = () => {
    const one = new Writable({
      write(piece: Buffer, _encoding, done) {
        texts.set(one, (texts.get(one) ?? '') + piece.toString());
        done();
      },
    });
    return one as unknown as NodeJS.WriteStream;
  };
  const [stdout, stderr] = [stream(), stream()];
  const colors = pc.createColors(false);
  const host: Host = {
    settings: readSettings(env),
    cwd,
    stdout,
    stderr,
    colors,
    outColors: colors,
    isLive: false,
    say: (text) => void stderr.write(`${text}\n`),
    command: (text) => void stderr.write(`${text}\n`),
    print: (text) => void stdout.write(`${text}\n`),
    drivesRuns: false,
    exitCode: 0,
  };
  return { host, written: (one) => texts.get(one) ?? '' };
}
