/** What a browser fetches before the overview stands, gzipped. */
import { gzipSync } from 'node:zlib';
import type { WebRow } from './report.ts';
import type { WebStand } from './stand.ts';

export async function measureFirstLoad({ page, base }: WebStand): Promise<WebRow[]> {
  const bodies: Promise<Buffer | undefined>[] = [];
  page.on('response', (response) => {
    const isFile = /\.(js|css|svg|woff2)$|\/$|\/ns\/default$/.test(new URL(response.url()).pathname);
    // What the page before still asked for has no body any more.
    if (isFile && !response.url().includes('/api/')) bodies.push(response.body().catch(() => undefined));
  });
  await page.goto(`${base}/ns/default`, { waitUntil: 'networkidle', timeout: 15_000 }).catch(() => undefined);
  page.removeAllListeners('response');
  const files = (await Promise.all(bodies)).filter((body) => body !== undefined);
  const bytes = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
  return [
    {
      measure: 'first load: page, scripts and styles, gzipped',
      value: bytes / 1_024,
      unit: 'KB',
      goal: 250,
      note: `${files.length} files until the overview stands`,
    },
  ];
}
