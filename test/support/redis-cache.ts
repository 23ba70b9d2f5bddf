/** Where the tests keep a fetched Redis: outside the home of whoever runs them, and kept from run to run. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ABOVE = join(import.meta.dirname, '..', '..');
/** The build stands one folder deeper. */
const ROOT = existsSync(join(ABOVE, 'package.json')) ? ABOVE : join(ABOVE, '..');

export const REDIS_CACHE = join(ROOT, 'node_modules', '.cache', 'sluice');
