// A process that uses an embedded Redis until it is killed, or told to stop by a line on stdin.
// Arguments: data directory, cache directory. Prints one line of JSON when the server answers, another when it has stopped.
import { createInterface } from 'node:readline';
import { createJiti } from 'jiti';

const jiti = createJiti(import.meta.url);
const { startEmbeddedRedis } = await jiti.import('../../../../engine/redis/embedded/index.ts');
const [dataDirectory, cacheDirectory] = process.argv.slice(2);
const redis = await startEmbeddedRedis({ dataDirectory, cacheDirectory, env: process.env });
process.stdout.write(`${JSON.stringify({ joined: redis.joined, path: redis.connection.path })}\n`);
for await (const _ of createInterface({ input: process.stdin })) break;
await redis.stop();
process.stdout.write('{"stopped":true}\n');
process.exit(0);
