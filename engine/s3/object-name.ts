/** Names of objects: steps below the folder of the bucket that was named, with or without slashes at its ends. */
export function objectName(prefix: string | undefined, ...steps: readonly string[]): string {
  const folder = (prefix ?? '').replace(/^\/+|\/+$/g, '');
  return [folder, ...steps].filter((step) => step !== '').join('/');
}

/** With the slash at its end; empty: the bucket itself. */
export function folderName(prefix: string | undefined, ...steps: readonly string[]): string {
  const name = objectName(prefix, ...steps);
  return name === '' ? '' : `${name}/`;
}
