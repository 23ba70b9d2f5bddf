/**
 * The dashboard: the files that `npm run build` made of `web/`, read once and answered from memory. Any path that a browser opens
 * and that is no part of the API is the dashboard's first page, which reads the address itself.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { Context } from 'hono';
import { DASHBOARD_POLICY } from './page-policy.ts';
import type { ServerEnv } from './parts.ts';

export interface WebFiles {
  /** Undefined for what is no file and no page. */
  answer(context: Context<ServerEnv>): Response | undefined;
}

const MEDIA_TYPES: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** What a build named by its content never changes. */
const FOREVER = 'public, max-age=31536000, immutable';
const INDEX = '/index.html';

/** Undefined when the folder holds no build. */
export function readWebFiles(folder: string): WebFiles | undefined {
  const files = new Map(filesIn(folder).map((path) => [urlPath(folder, path), readFileSync(path)]));
  const index = files.get(INDEX);
  if (index === undefined) return undefined;
  return {
    answer({ req }) {
      if (req.method !== 'GET' && req.method !== 'HEAD') return undefined;
      const file = req.path === INDEX ? undefined : files.get(req.path);
      if (file !== undefined) return fileResponse(req.path, file);
      const isPage = (req.header('accept') ?? '').includes('text/html') && !req.path.startsWith('/api/');
      return isPage ? fileResponse(INDEX, index) : undefined;
    },
  };
}

function fileResponse(path: string, bytes: Buffer): Response {
  const isNamedByContent = path.startsWith('/assets/');
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': MEDIA_TYPES[extname(path)] ?? 'application/octet-stream',
      'cache-control': isNamedByContent ? FOREVER : 'no-cache',
      'content-security-policy': DASHBOARD_POLICY,
    },
  });
}

function filesIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

function urlPath(folder: string, path: string): string {
  return `/${relative(folder, path).split(sep).join('/')}`;
}
