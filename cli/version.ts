/** The version of this package. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const packageJson = z.object({ version: z.string() });

/** Read from the package.json above `cli/` or what `dist/cli/` was. */
export function readVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return packageJson.parse(JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))).version;
    } catch {
      // The other place, then.
    }
  }
  return 'unknown';
}
