/**
 * `npm run bench:api`: what the HTTP API takes. Starts `sluice up` in a folder of its own, with its own Redis, asks it from this
 * process over the loopback, and prints requests a second with their p50 and p99, and what many followers of one run see.
 * `npm run bench:api -- 10000 300 20`: 10,000 followers of a run of 20 nodes, 300 requests of each kind. Server and clients each need as
 * many open files as there are followers, and some (`ulimit -Hn`).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, get, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SLUICE = join(import.meta.dirname, '..', '..', '..', 'cli', 'sluice.mjs');
const SPACE = '/api/v1/namespaces/default';
const STREAMS = Number(process.argv[2] ?? 1_000);
const REQUESTS = Number(process.argv[3] ?? 3_000);
const NODES = Number(process.argv[4] ?? 200);
const CONNECTIONS = 32;
/** Fewer than wait at a socket until they are accepted. */
const AT_ONCE = 200;

const WORKFLOW = `
name: bench
inputs: { nodes: { type: integer, default: ${NODES} } }
tasks:
  gate: { uses: wait, with: { signal: go } }
  many: { needs: gate, uses: noop, foreach: "\${{ range(inputs.nodes) }}" }
`;

interface Server {
  readonly origin: string;
  readonly headers: { readonly [name: string]: string };
  readonly pid: number;
  stop(): Promise<void>;
}

async function startServer(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-api-'));
  const child = spawn(process.execPath, [SLUICE, 'up', '--port', '0'], {
    cwd: folder,
    // The limit of one token would be measured instead.
    env: { ...process.env, SLUICE_API_RATE: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGTERM'));
  const origin = await addressOf(child);
  const token = readFileSync(join(folder, '.sluice', 'api-token'), 'utf8').trim();
  return {
    origin,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    pid: child.pid ?? 0,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const [, address] = /Sluice is up at (http:\/\/[\d.:]+)/.exec(said) ?? [];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', () => reject(new Error(`sluice up has ended: ${said}`)));
  });
}

interface Ask {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** Default: a connection of its own, since one that was idle for long may be closed just now. */
  readonly agent?: Agent | false;
}

function ask(server: Server, { method, path, body, agent = false }: Ask): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { method, headers: server.headers, agent };
    const sent = request(new URL(path, server.origin), options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () =>
        (response.statusCode ?? 500) < 300
          ? resolve(text)
          : reject(new Error(`${path}: ${response.statusCode} ${text}`)),
      );
    });
    sent.once('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function share(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

async function measureRequests(server: Server, name: string, what: Ask): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const times: number[] = [];
  let left = REQUESTS;
  const begin = performance.now();
  const work = async () => {
    while (left-- > 0) {
      const sent = performance.now();
      await ask(server, { ...what, agent });
      times.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  const took = performance.now() - begin;
  agent.destroy();
  times.sort((a, b) => a - b);
  const rate = Math.round((times.length / took) * 1_000);
  console.log(
    `${name.padEnd(28)} ${rate} requests/s, p50 ${share(times, 0.5).toFixed(1)} ms, p99 ${share(times, 0.99).toFixed(1)} ms`,
  );
}

/** Followers of one run: when the last of them has seen its end, and what each has missed. */
async function measureStreams(server: Server): Promise<void> {
  const { run } = JSON.parse(
    await ask(server, { method: 'POST', path: `${SPACE}/runs`, body: { workflow: 'bench' } }),
  ) as {
    run: string;
  };
  const bytesBefore = residentBytes(server);
  const opened = performance.now();
  const followers: Follower[] = [];
  while (followers.length < STREAMS) {
    const length = Math.min(AT_ONCE, STREAMS - followers.length);
    followers.push(...(await Promise.all(Array.from({ length }, () => follow(server, run)))));
  }
  const connectMs = performance.now() - opened;
  const bytes = residentBytes(server) - bytesBefore;
  await ask(server, { method: 'POST', path: `${SPACE}/runs/${run}/signals/go` });
  const head = JSON.parse(await ask(server, { method: 'GET', path: `${SPACE}/runs/${run}?wait=60s` })) as {
    finished_at: string;
  };
  const all = (await Promise.all(followers.map(({ ended }) => ended))).sort((a, b) => a.at - b.at);
  const ends = all.filter(({ isCutOff }) => !isCutOff);
  const finished = Date.parse(head.finished_at);
  const delays = ends.map(({ at }) => at - finished);
  const events = new Set(ends.map((end) => end.events));
  console.log(
    `${`${STREAMS} followers of one run`.padEnd(28)} connected in ${Math.round(connectMs)} ms; ${[...events].join(' or ')} events each; ` +
      `the server grew by ${Math.round(bytes / STREAMS / 1_024)} kB each; its end seen after p50 ${share(delays, 0.5)} ms, p99 ${share(delays, 0.99)} ms, last ${delays.at(-1)} ms; ${all.length - ends.length} were cut off`,
  );
}

/** Of the whole `sluice up`; NaN where there is no /proc. */
function residentBytes({ pid }: Server): number {
  try {
    const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1_024;
  } catch {
    return Number.NaN;
  }
}

interface End {
  readonly at: number;
  readonly events: number;
  /** The connection was ended before the stream: this process was too slow for the server's patience. */
  readonly isCutOff: boolean;
}

interface Follower {
  /** When the stream ended, ms since 1970, and how many events it had. */
  readonly ended: Promise<End>;
}

function follow(server: Server, run: string): Promise<Follower> {
  const url = new URL(`${SPACE}/runs/${run}/events/stream`, server.origin);
  return new Promise((resolve, reject) => {
    const sent = get(url, { headers: server.headers, agent: false }, (response) =>
      response.statusCode === 200
        ? resolve({ ended: countEvents(response) })
        : reject(new Error(`a stream was answered with ${response.statusCode}`)),
    );
    sent.once('error', reject);
  });
}

function countEvents(response: IncomingMessage): Promise<End> {
  return new Promise((resolve) => {
    let events = 0;
    response.setEncoding('utf8').on('data', (text: string) => {
      for (let at = text.indexOf('data:'); at >= 0; at = text.indexOf('data:', at + 5)) events++;
    });
    const end = (isCutOff: boolean) => resolve({ at: Date.now(), events, isCutOff });
    response.once('end', () => end(false));
    response.once('error', () => end(true));
  });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const server = await startServer();
try {
  await ask(server, { method: 'PUT', path: `${SPACE}/workflows/bench`, body: { source: WORKFLOW } });
  const body = { workflow: 'bench' };
  const { run } = JSON.parse(await ask(server, { method: 'POST', path: `${SPACE}/runs`, body })) as {
    run: string;
  };
  await measureRequests(server, 'GET /readyz', { method: 'GET', path: '/readyz' });
  await measureRequests(server, 'GET a run', { method: 'GET', path: `${SPACE}/runs/${run}` });
  await measureRequests(server, 'GET a list of 50 runs', { method: 'GET', path: `${SPACE}/runs` });
  await measureRequests(server, 'POST (start) a run', { method: 'POST', path: `${SPACE}/runs`, body });
  await measureRequests(server, 'GET that list again', { method: 'GET', path: `${SPACE}/runs` });
  await measureStreams(server);
} finally {
  await server.stop();
}
