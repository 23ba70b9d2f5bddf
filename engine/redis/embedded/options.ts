/** What a caller says about the private Redis, and what it gets. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a server program comes from, and how it is told where to look for itself. */
export interface BinaryOptions {
  /** Folder for fetched programs; default `$XDG_CACHE_HOME/sluice`, else `$HOME/.cache/sluice`, else a private temporary one. */
  readonly cacheDirectory?: string;
  /** Sentences for people, when something takes a while or is not as they might expect. */
  readonly onProgress?: (text: string) => void;
  /** The environment variables of the process: PATH, HOME, XDG_CACHE_HOME, proxies. Default: none. */
  readonly env?: Environment;
}

export interface EmbeddedRedisOptions extends BinaryOptions {
  /** Holds the append-only file, the lock and the log of the server; made, or set to, 0700. */
  readonly dataDirectory: string;
  /** Default `everysec`. */
  readonly appendfsync?: 'always' | 'everysec';
  /** How long to wait for a server that is neither gone nor to be joined, ms; default 20,000, since an ending one needs up to 10 s. */
  readonly patienceMs?: number;
  /** More arguments for the server, such as `['--maxmemory', '1gb']`. */
  readonly extraArgs?: readonly string[];
}

export interface EmbeddedRedis {
  /** Options for ioredis. */
  readonly connection: { readonly path: string };
  /** The data directory that is really used: another than asked for when that one could not be joined. */
  readonly directory: string;
  readonly version: string;
  /** True when another process, or an earlier call, started the server. */
  readonly joined: boolean;
  /**
   * Gives the server up, and may be called again. The server ends, data kept, when nobody uses it any more;
   * then this waits until it has.
   */
  stop(): Promise<void>;
}
