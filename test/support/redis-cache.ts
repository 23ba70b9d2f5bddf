/** Where the tests keep a fetched Redis: outside the home of whoever runs them, and kept from run to run. */
import { join } from 'node:path';

export const REDIS_CACHE = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'sluice');
