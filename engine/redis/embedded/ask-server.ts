/** Asks a Redis on a unix socket one question, without a client library: is it there, and what is it? */
import { connect } from 'node:net';

/** `busy`: it answers, but with an error: it is loading its data, or runs a long script. */
export type ServerState = 'ready' | 'busy' | 'silent';

const ANSWER_LIMIT_MS = 2_000;

/** `silent` when nobody listens, or no answer came within the limit. */
export async function askState(socket: string, limitMs = ANSWER_LIMIT_MS): Promise<ServerState> {
  const answer = await ask(socket, 'PING', limitMs);
  if (answer === undefined) return 'silent';
  if (answer.startsWith('+PONG')) return 'ready';
  return answer.startsWith('-') ? 'busy' : 'silent';
}

export interface ServerFacts {
  readonly pid: number;
  readonly version: string;
}

export async function askFacts(socket: string): Promise<ServerFacts | undefined> {
  const answer = (await ask(socket, 'INFO server', ANSWER_LIMIT_MS)) ?? '';
  const pid = /^process_id:(\d+)/m.exec(answer)?.[1];
  const version = /^valkey_version:(\S+)/m.exec(answer)?.[1] ?? /^redis_version:(\S+)/m.exec(answer)?.[1];
  return pid === undefined || version === undefined ? undefined : { pid: Number(pid), version };
}

/** The raw answer to an inline command. QUIT lets the server close the connection behind it, so all of it has come. */
function ask(socket: string, command: string, limitMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    let answer = '';
    connection.setEncoding('utf8');
    connection.setTimeout(limitMs, () => connection.destroy());
    connection.on('data', (text: string) => {
      answer += text;
    });
    connection.on('error', () => {});
    connection.on('close', () => resolve(answer === '' ? undefined : answer));
    connection.write(`${command}\r\nQUIT\r\n`);
  });
}
