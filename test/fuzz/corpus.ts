/** Examples: `corpus/TARGET/*`, one input a file. What once failed stays there and is checked first, in every run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** From the sources also when this runs from dist/. */
const ROOT =
  [join(import.meta.dirname, 'corpus'), join(process.cwd(), 'test/fuzz/corpus')].find(existsSync) ?? '';

export interface Example {
  readonly file: string;
  readonly text: string;
}

export function readCorpus(target: string): Example[] {
  const directory = join(ROOT, target);
  return readdirSync(directory)
    .sort()
    .map((file) => ({ file: `${target}/${file}`, text: readFileSync(join(directory, file), 'utf8') }));
}
