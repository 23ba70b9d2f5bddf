/** Keys of the artifact store. They say what a file is and hold its content's hash, so that one key is one content for ever. */

/** `<task>/<hash>/<file>`; a node of a fan-out: `<task>-<index>/…`. Holds letters, digits and `. _ - /` only, and no `..`. */
export function artifactKey(
  node: { readonly task: string; readonly index?: number },
  fileName: string,
  sha256: string,
): string {
  const owner = node.index === undefined ? node.task : `${node.task}-${node.index}`;
  return `${clean(owner)}/${sha256.slice(0, 16)}/${clean(fileName)}`;
}

/** Key of one piece of a source bundle. */
export function bundleKey(hash: string, piece: number): string {
  return `source/${hash}.${piece}`;
}

function clean(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
  return safe.slice(-100) || '_';
}
