/** Labels as one text: `team=data,env=prod`. Where a name or a value holds one of `%,=`, it stands percent-encoded. */

export function labelText(labels: { readonly [name: string]: string }): string {
  return Object.entries(labels)
    .map((pair) => pair.map((part) => part.replace(/[%,=]/g, encodeURIComponent)).join('='))
    .join(',');
}

/** Undefined for what is no such text. */
export function parseLabelText(text: string): { [name: string]: string } | undefined {
  const labels: [string, string][] = [];
  for (const pair of text.split(',')) {
    const [name, value, ...more] = pair.split('=').map(decoded);
    if (!name || value === undefined || more.length > 0) return undefined;
    labels.push([name, value]);
  }
  return Object.fromEntries(labels);
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
