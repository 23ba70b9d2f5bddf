/** The working directories of a test: none for stubs, whose artifacts come from the test; real ones for what is executed. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ArtifactRef, Ticket } from '../engine/core/ticket.ts';
import type { ArtifactStore } from '../engine/ports/artifact-store.ts';
import { SILENT } from '../engine/ports/logger.ts';
import type { OpenWorkspace, Workspace } from '../engine/ports/workspace.ts';
import { artifactKey } from '../engine/runtime/files/artifact-key.ts';
import { createLocalWorkspace } from '../engine/runtime/files/local-workspace.ts';
import type { RealWork } from './real-work.ts';

export interface StubWorkspaceOptions {
  readonly artifacts: ArtifactStore;
  /** Whether the attempt may do real work. */
  readonly isReal: (ticket: Ticket) => boolean;
  /** Content of the artifacts that a stub leaves behind; undefined when no stub stood for the attempt. */
  readonly contentOf: (ticket: Ticket) => { readonly [name: string]: string } | undefined;
  readonly real: RealWork;
}

export class StubWorkspace implements Workspace {
  readonly #options: StubWorkspaceOptions;
  #root: Promise<string> | undefined;
  #local: Workspace | undefined;

  constructor(options: StubWorkspaceOptions) {
    this.#options = options;
  }

  async open(ticket: Ticket, signal: AbortSignal): Promise<OpenWorkspace> {
    if (this.#options.isReal(ticket)) return this.#openReal(ticket, signal);
    return {
      directory: '',
      sourceDirectory: undefined,
      collect: (artifacts) => this.#collect(ticket, artifacts),
      dispose: async () => {},
    };
  }

  /** Removes what was made on disk. */
  async close(): Promise<void> {
    if (this.#root !== undefined) await rm(await this.#root, { recursive: true, force: true });
  }

  async #openReal(ticket: Ticket, signal: AbortSignal): Promise<OpenWorkspace> {
    const { real } = this.#options;
    const open = await real.track(this.#openLocal().then((local) => local.open(ticket, signal)));
    return {
      ...open,
      collect: (artifacts) => real.track(this.#collectReal(open, ticket, artifacts)),
      dispose: () => real.track(open.dispose()),
    };
  }

  /** A stub among real attempts leaves what the test says. */
  #collectReal(open: OpenWorkspace, ticket: Ticket, artifacts: { readonly [name: string]: string }) {
    return this.#options.contentOf(ticket) === undefined
      ? open.collect(artifacts)
      : this.#collect(ticket, artifacts);
  }

  async #openLocal(): Promise<Workspace> {
    this.#root ??= mkdtemp(join(tmpdir(), 'sluice-test-'));
    const root = await this.#root;
    const { artifacts } = this.#options;
    const cacheDirectory = join(root, 'source');
    this.#local ??= createLocalWorkspace({
      root: join(root, 'work'),
      cacheDirectory,
      artifacts,
      logger: SILENT,
    });
    return this.#local;
  }

  async #collect(
    ticket: Ticket,
    artifacts: { readonly [name: string]: string },
  ): Promise<{ readonly [name: string]: ArtifactRef }> {
    const contents = new Map(Object.entries(this.#options.contentOf(ticket) ?? {}));
    const kept: [string, ArtifactRef][] = [];
    for (const [name, path] of Object.entries(artifacts)) {
      const bytes = Buffer.from(contents.get(name) ?? '');
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const key = artifactKey(ticket, basename(path), sha256);
      await this.#options.artifacts.put(ticket.run, key, bytes);
      kept.push([name, { artifact: key, run: ticket.run, name, bytes: bytes.length, sha256 }]);
    }
    return Object.fromEntries(kept);
  }
}
