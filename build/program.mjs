// The command line as one bundle in dist/program/: a command then opens a handful of files instead of hundreds, and starts in half
// the time. The library (dist/engine, dist/sdk, …) stays as the compiler wrote it, file by file.
import { realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { rolldown } from 'rolldown';
import { thirdPartyNotices } from './third-party-notices.mjs';

/** Loaded from their own folder: they look for files beside them, or start threads and processes from there. */
const OUTSIDE = [
  '@bull-board/api',
  '@bull-board/api/bullMQAdapter',
  '@bull-board/hono',
  'jiti',
  'pino',
  'dockerode',
  'kafkajs',
  'nodemailer',
  '@hpcc-js/wasm-graphviz',
  '@opentelemetry/api',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace-base',
];

/** Bundles `cli/main.js` of the given dist into `folder`. */
export async function bundleProgram(dist, folder = join(dist, 'program')) {
  const bundle = await rolldown({
    input: join(dist, 'cli', 'main.js'),
    platform: 'node',
    external: OUTSIDE,
    // Modules are told by where they really are.
    plugins: [ownPlaces(realpathSync(dist)), thirdPartyNotices()],
    // Packages that others made are what they are.
    onLog: (level, log, hand) => {
      if (!log.id?.includes('node_modules')) hand(level, log);
    },
  });
  const names = { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' };
  await bundle.write({ dir: folder, format: 'esm', ...names });
  await bundle.close();
}

/** A file that looks beside itself (for a script, a child's entry) still looks where the compiler has put it. */
function ownPlaces(dist) {
  return {
    name: 'own-places',
    transform(code, id) {
      if (!id.startsWith(dist + sep) || !code.includes('import.meta.url')) return null;
      const place = JSON.stringify(`../${relative(dist, id).split(sep).join('/')}`);
      return {
        code: code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`),
        map: null,
      };
    },
  };
}
