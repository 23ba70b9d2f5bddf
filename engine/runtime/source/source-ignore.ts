/**
 * `.sluiceignore`: what of a workflow's folder stays out of its bundle. A subset of gitignore's syntax: comments (`#`), `*`, `?`,
 * `**`, a leading or inner `/` (from the folder's root), a trailing `/` (folders only), and `!` (take it after all). The last
 * line that matches counts; below an ignored folder nothing is taken. Square brackets have no meaning. Always left out: `.git`,
 * `node_modules` and `.sluice`.
 */

export const IGNORE_FILE = '.sluiceignore';

const ALWAYS_IGNORED: ReadonlySet<string> = new Set(['.git', 'node_modules', '.sluice']);

interface Rule {
  readonly pattern: RegExp;
  readonly isForFoldersOnly: boolean;
  readonly takesIt: boolean;
}

/** Whether the entry at this path (relative, with `/`) is left out. Ask for each folder before what is in it. */
export type IgnoreTest = (path: string, isFolder: boolean) => boolean;

export function parseIgnoreFile(text: string): IgnoreTest {
  const rules = text.split(/\r?\n/).flatMap(parseRule);
  return (path, isFolder) => {
    if (ALWAYS_IGNORED.has(path.slice(path.lastIndexOf('/') + 1))) return true;
    const last = rules.findLast((rule) => (isFolder || !rule.isForFoldersOnly) && rule.pattern.test(path));
    return last !== undefined && !last.takesIt;
  };
}

function parseRule(line: string): Rule[] {
  let glob = line.trim();
  if (glob === '' || glob.startsWith('#')) return [];
  const takesIt = glob.startsWith('!');
  if (takesIt) glob = glob.slice(1);
  const isForFoldersOnly = glob.endsWith('/');
  if (isForFoldersOnly) glob = glob.slice(0, -1);
  if (!glob.includes('/')) glob = `**/${glob}`;
  return [{ pattern: globToPattern(glob.replace(/^\//, '')), isForFoldersOnly, takesIt }];
}

const GLOB_PARTS: ReadonlyMap<string, string> = new Map([
  ['**/', '(?:.*/)?'],
  ['**', '.*'],
  ['*', '[^/]*'],
  ['?', '[^/]'],
]);

function globToPattern(glob: string): RegExp {
  // Stars in a row mean no more than two of them, and would make the pattern slow.
  const tokens = glob.replaceAll(/\*{3,}/g, '**').match(/\*\*\/|\*\*|./gs) ?? [];
  const source = tokens
    .map((token) => GLOB_PARTS.get(token) ?? token.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('');
  return new RegExp(`^${source}$`, 's');
}
