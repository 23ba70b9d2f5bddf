/** Lines that people paste into a shell: run by one, they say what was meant. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { cliLine, curlLine } from '../../web/ui/command-text.ts';

/** The words that a shell makes of a line, its program replaced by one that prints them. */
function wordsOf(line: string, program: string): string[] {
  const script = `${program}() { printf '%s\\0' "$@"; }\n${line}`;
  const env = { PATH: process.env['PATH'] ?? '', SLUICE_TOKEN: 'slc_secret' };
  return execFileSync('sh', ['-c', script], { env, encoding: 'utf8' }).split('\0').slice(0, -1);
}

describe('a line for the shell', () => {
  it('gives the words that it was made of, whatever stands in them', () => {
    const words = [
      'start',
      'report',
      '--input',
      `title=It's $HOME; \`id\` "now"\nand more`,
      '--input=a=1',
      '',
    ];
    expect(wordsOf(cliLine(words), 'sluice')).toEqual(words);
    expect(cliLine(['retry', '01J', '--failed', '--input', 'a=b'])).toBe(
      'sluice retry 01J --failed --input a=b',
    );
  });

  it('of curl sends the body as it is, and takes the token from the environment', () => {
    const body = { inputs: { title: "it's $(id)" } };
    const line = curlLine(
      { method: 'POST', path: '/api/v1/namespaces/default/runs?wait=5s', body },
      'http://127.0.0.1:4680',
    );
    expect(line).toContain('$SLUICE_TOKEN');
    const words = wordsOf(line, 'curl');
    expect(words).toContain('authorization: Bearer slc_secret');
    expect(words).toContain('http://127.0.0.1:4680/api/v1/namespaces/default/runs?wait=5s');
    expect(JSON.parse(words.at(-1) ?? '')).toEqual(body);
  });
});
