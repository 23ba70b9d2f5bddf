/** Requests and commands as lines for a POSIX shell. A token never stands in them: curl reads it from `$SLUICE_TOKEN`. */

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From the root of the server: `/api/v1/…`, with its query. */
  readonly path: string;
  /** Sent as JSON. Absent: no body. */
  readonly body?: unknown;
  /** Beside the token and the type of the body. */
  readonly headers?: { readonly [name: string]: string };
}

/** `sluice start report --input 'title=It'\''s late'` of its words. */
export function cliLine(words: readonly string[]): string {
  return ['sluice', ...words].map(quoted).join(' ');
}

/** Options of a command that is about something in a namespace: none in the one that commands take by themselves. */
export function namespaceFlags(namespace: string): readonly string[] {
  return namespace === 'default' ? [] : ['--namespace', namespace];
}

/** Options of a command that is about a trigger of a workflow. */
export function triggerFlags(namespace: string, trigger: number): readonly string[] {
  return ['--trigger', String(trigger), ...namespaceFlags(namespace)];
}

/** @param origin such as `https://sluice.example` */
export function curlLine({ method, path, body, headers = {} }: HttpRequest, origin: string): string {
  const given = Object.entries({
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  });
  return [
    `curl${method === 'GET' ? '' : ` -X ${method}`} ${quoted(`${origin}${path}`)}`,
    '-H "authorization: Bearer $SLUICE_TOKEN"',
    ...given.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`--data-raw ${quoted(JSON.stringify(body))}`]),
  ].join(' \\\n  ');
}

/** A word that the shell takes as it is; quoted where it would read something into it. */
export function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+:,./-]+$|^[A-Za-z0-9_@%+:,./-]+=[A-Za-z0-9_@%+:,./-]*$/.test(word)
    ? word
    : `'${word.replaceAll("'", "'\\''")}'`;
}
