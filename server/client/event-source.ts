/** Reads a stream of server-sent events: one after another, as they come, until the server closes it. */

export interface ServerEvent {
  readonly id: string;
  /** `message`, or the name that the server gave it. */
  readonly name: string;
  readonly data: string;
}

/** Comments, such as heartbeats, are left out. Rejects when the connection breaks. */
export async function* readEvents(response: Response): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true });
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const event = parseFrame(frame);
      if (event) yield event;
    }
  }
}

function parseFrame(frame: string): ServerEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of frame.split('\n')) {
    const at = line.indexOf(':');
    if (at <= 0) continue;
    const value = line.slice(at + 1).replace(/^ /, '');
    const before = fields.get(line.slice(0, at));
    fields.set(line.slice(0, at), before === undefined ? value : `${before}\n${value}`);
  }
  const data = fields.get('data');
  if (data === undefined) return undefined;
  return { id: fields.get('id') ?? '', name: fields.get('event') ?? 'message', data };
}
