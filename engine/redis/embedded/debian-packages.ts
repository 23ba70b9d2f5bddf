/**
 * Fetches a server from the packages of Debian and Ubuntu: downloads, checks (apt does, by signature) and unpacks
 * them below the cache. Installs nothing, needs no root, leaves apt's own state alone. Several processes may do so at once.
 */
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandOutcome, runCommand } from './command.ts';
import type { Environment } from './options.ts';
import { inspectUnpacked, libraryFolders, type RedisBinary } from './server-program.ts';

export interface PackageSource {
  readonly cache: string;
  readonly env: Environment;
  readonly onProgress: (text: string) => void;
}

/** One try: where it works, and which package lists it goes by. */
interface Fetch extends PackageSource {
  /** Temporary folder with `deb` (downloads), `root` (unpacked), `apt` (private lists). */
  readonly place: string;
  readonly aptOptions: readonly string[];
}

/** The first of a pair holds the name, the second often the program. */
const PACKAGES = [
  { server: 'redis-server', packages: ['redis-server', 'redis-tools'] },
  { server: 'valkey-server', packages: ['valkey-server', 'valkey-tools'] },
] as const;
const COMMAND_LIMIT_MS = 60_000;
const ABANDONED_MS = 3_600_000;
/** Libraries of libraries: how deep to look. */
const LIBRARY_ROUNDS = 6;
const QUIET = [
  '-q',
  '-o',
  'APT::Sandbox::User=root',
  '-o',
  'Acquire::Retries=1',
  '-o',
  'Acquire::http::Timeout=20',
];

/** The unpacked program in the cache, or a sentence that says why there is none. */
export async function fetchDebianPackages(source: PackageSource): Promise<RedisBinary | string> {
  const apt = await runCommand('apt-get', ['--version'], { env: source.env, timeoutMs: COMMAND_LIMIT_MS });
  if (!apt.ok) return 'none is on PATH, and this system has no apt-get to fetch one';
  const place = await mkdtemp(join(source.cache, '.fetch-'));
  await removeAbandoned(source.cache, (await stat(place)).mtimeMs);
  try {
    source.onProgress('Redis is not installed; fetching its package once, without installing it.');
    const first = await fetchWith({ ...source, place, aptOptions: QUIET });
    if (typeof first !== 'string') return first;
    // The lists of the system are empty in many containers, or name versions that the mirror no longer has.
    source.onProgress('The package lists of this system do not help; reading fresh ones.');
    const aptOptions = await readPrivateLists(source, place);
    return await fetchWith({ ...source, place, aptOptions });
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function fetchWith(fetch: Fetch): Promise<RedisBinary | string> {
  const reasons: string[] = [];
  for (const { server, packages } of PACKAGES) {
    const root = join(fetch.place, `root-${server}`);
    const complaint = await unpackWithLibraries(fetch, { root, packages });
    const binary = complaint ?? (await inspectUnpacked(root, fetch.env));
    if (typeof binary !== 'string') {
      fetch.onProgress(`Fetched ${binary.kind} ${binary.version}.`);
      return await moveIntoCache(fetch, { root, binary });
    }
    reasons.push(binary);
    await rm(root, { recursive: true, force: true });
  }
  return reasons.join('; ');
}

/** Unpacks, then adds packages that the program depends on until the dynamic linker finds all libraries. */
async function unpackWithLibraries(
  fetch: Fetch,
  wanted: { root: string; packages: readonly string[] },
): Promise<string | undefined> {
  const { root } = wanted;
  const seen = new Set<string>();
  let packages = wanted.packages;
  for (let round = 0; round < LIBRARY_ROUNDS; round++) {
    for (const name of packages) seen.add(name);
    const complaint = await downloadAndUnpack(fetch, { root, packages });
    if (complaint !== undefined) return complaint;
    if (!(await lacksLibraries(fetch, root))) return undefined;
    packages = (await libraryDependencies(fetch, packages)).filter((name) => !seen.has(name));
    if (packages.length === 0) return undefined;
  }
  return undefined;
}

async function downloadAndUnpack(
  fetch: Fetch,
  wanted: { root: string; packages: readonly string[] },
): Promise<string | undefined> {
  const folder = join(fetch.place, 'deb');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const download = await run(fetch, 'apt-get', [...fetch.aptOptions, 'download', ...wanted.packages], folder);
  if (!download.ok) return download.complaint;
  for (const name of await readdir(folder)) {
    const unpack = await run(fetch, 'dpkg', ['-x', join(folder, name), wanted.root]);
    if (!unpack.ok) return unpack.complaint;
  }
  return undefined;
}

async function lacksLibraries(fetch: Fetch, root: string): Promise<boolean> {
  const libraryPath = (await libraryFolders(root)).join(':');
  const env = libraryPath === '' ? fetch.env : { ...fetch.env, LD_LIBRARY_PATH: libraryPath };
  const folder = join(root, 'usr', 'bin');
  const program = (await readdir(folder).catch(() => [])).find((name) =>
    /^(redis|valkey)-server$/.test(name),
  );
  if (program === undefined) return false;
  const answer = await runCommand('ldd', [join(folder, program)], { env, timeoutMs: COMMAND_LIMIT_MS });
  return answer.output.includes('not found');
}

/** Library packages that these depend on and that are not installed; the C library always is. */
async function libraryDependencies(fetch: Fetch, packages: readonly string[]): Promise<string[]> {
  const depends = await run(fetch, 'apt-cache', [...fetch.aptOptions, 'depends', '--important', ...packages]);
  const named = [...depends.output.matchAll(/^ *\|?Depends: (lib[a-z0-9.+-]+)/gm)].map(
    (match) => match[1] ?? '',
  );
  const listed = await run(fetch, 'dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package}\\n']);
  const installed = new Set(listed.output.split('\n'));
  return [...new Set(named)].filter((name) => name !== 'libc6' && !installed.has(`installed ${name}`));
}

/** `apt-get update` into folders of our own; what it could not read shows when the download fails. */
async function readPrivateLists(source: PackageSource, place: string): Promise<readonly string[]> {
  const state = join(place, 'apt', 'state');
  const cache = join(place, 'apt', 'cache');
  await mkdir(join(state, 'lists', 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  // The lists by name, too, since a configuration may place them elsewhere.
  const folders = [
    `Dir::State=${state}`,
    `Dir::State::lists=${join(state, 'lists')}`,
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${cache}`,
  ];
  const aptOptions = [...QUIET, ...folders.flatMap((folder) => ['-o', folder])];
  const update = [...aptOptions, '-o', 'Acquire::Languages=none', 'update'];
  const updated = await runCommand('apt-get', update, { env: source.env, timeoutMs: COMMAND_LIMIT_MS });
  if (!updated.ok) source.onProgress(`Reading package lists did not go well: ${updated.complaint}.`);
  return aptOptions;
}

/** Renames the unpacked root into place. Another process may have done so meanwhile: then its copy serves. */
async function moveIntoCache(
  fetch: Fetch,
  unpacked: { root: string; binary: RedisBinary },
): Promise<RedisBinary | string> {
  const { kind, version } = unpacked.binary;
  const target = join(fetch.cache, `${kind}-${version}-${process.arch}`);
  for (let attempt = 0; attempt < 3; attempt++) {
    const moved = await rename(unpacked.root, target).then(
      () => true,
      () => false,
    );
    const binary = await inspectUnpacked(target, fetch.env);
    if (moved || typeof binary !== 'string') return binary;
    // What stands there does not run (another system's libraries, say): out of the way with it.
    await rename(target, join(fetch.place, `old-${attempt}`)).catch(() => {});
  }
  return `${target} could not be written`;
}

/** Folders of fetches that were killed midway. */
async function removeAbandoned(cache: string, now: number): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith('.fetch-')) continue;
    const state = await stat(join(cache, name)).catch(() => undefined);
    if (state === undefined || now - state.mtimeMs < ABANDONED_MS) continue;
    await rm(join(cache, name), { recursive: true, force: true });
  }
}

function run(fetch: Fetch, program: string, args: readonly string[], cwd?: string): Promise<CommandOutcome> {
  const where = cwd === undefined ? {} : { cwd };
  return runCommand(program, args, { env: fetch.env, timeoutMs: COMMAND_LIMIT_MS, ...where });
}
