/** Paths that others wrote (tickets, bundles), before they touch a disk. */
import { posix } from 'node:path';

/**
 * The path in its plain form, or undefined when it could lead out of the folder it is relative to: absolute, with `..`, empty,
 * with a NUL or a backslash.
 */
export function plainRelativePath(path: string): string | undefined {
  if (path === '' || path.includes('\0') || path.includes('\\') || posix.isAbsolute(path)) return undefined;
  if (path.split('/').includes('..')) return undefined;
  const plain = posix.normalize(path).replace(/\/$/, '');
  return plain === '.' ? undefined : plain;
}

/** Whether `path` is `folder` or lies in it. Both absolute and without links. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
