/** One build of the client, as its worker keeps it. */
export interface Build {
  /** Differs whenever any file does. */
  readonly version: string;
  /**
   * Every file by its path. Those whose names do not tell their content come with its hash, so that the files of two
   * builds are never mixed when the server is upgraded while they are fetched.
   */
  readonly files: readonly (readonly [path: string, integrity?: string])[];
}

/** The page that every place in the client starts from. */
const PAGE = '/';

/** What the server answers itself, always: the worker does not even look at it. */
const LIVE = /^\/(?:api|socket\.io)(?:\/|$)/;

/** Names with their content's hash in them, which mean the same file in every build. */
const HASHED = '/assets/';

const CACHE_PREFIX = 'kith-client-';

/** Builds that are kept besides the current one: pages that were open when it took over still load parts of theirs. */
const EARLIER_BUILDS_MAX = 1;

/** What of a request decides who answers it. */
export interface Asked {
  readonly method: string;
  readonly mode: string;
  readonly url: string;
}

/** The client's files on this device, build by build. */
export class Shell {
  readonly #build: Build;
  readonly #caches: CacheStorage;
  readonly #fetch: typeof fetch;
  readonly #paths: ReadonlySet<string>;

  constructor(build: Build, caches: CacheStorage, fetch: typeof globalThis.fetch) {
    this.#build = build;
    this.#caches = caches;
    this.#fetch = fetch;
    this.#paths = new Set(build.files.map(([path]) => path));
  }

  /**
   * Puts all of the build on this device; what an earlier build has already is not fetched again. Rejects when a file
   * is missing or is another build's: the browser tries again, and the earlier build goes on.
   */
  async install(): Promise<void> {
    const cache = await this.#caches.open(this.#name);
    await Promise.all(
      this.#build.files.map(async ([path, integrity]) => {
        const held = integrity === undefined ? await this.#caches.match(path, ANY_ENCODING) : undefined;
        await cache.put(path, held ?? (await this.#load(path, integrity)));
      }),
    );
  }

  /** Drops builds of which no page can be open any more. */
  async retire(): Promise<void> {
    const names = await this.#caches.keys();
    const earlier = names.filter((name) => name.startsWith(CACHE_PREFIX) && name !== this.#name);
    await Promise.all(earlier.slice(0, -EARLIER_BUILDS_MAX).map((name) => this.#caches.delete(name)));
  }

  /** The file that answers a request made from `origin`; nothing when it is the network's. */
  fileFor(asked: Asked, origin: string): string | undefined {
    const url = new URL(asked.url);
    if (asked.method !== 'GET' || url.origin !== origin || LIVE.test(url.pathname)) return undefined;
    if (this.#paths.has(url.pathname) || url.pathname.startsWith(HASHED)) return url.pathname;
    const isFile = url.pathname.slice(url.pathname.lastIndexOf('/')).includes('.');
    return asked.mode === 'navigate' && !isFile ? PAGE : undefined;
  }

  /** A file from this device; from the network where the browser has cleared it away, or never had it. */
  async serve(path: string, request: Request): Promise<Response> {
    const own = await this.#caches.match(path, { ...ANY_ENCODING, cacheName: this.#name });
    if (own) return own;
    const earlier = path.startsWith(HASHED) ? await this.#caches.match(path, ANY_ENCODING) : undefined;
    return earlier ?? this.#fetch(request);
  }

  get #name(): string {
    return `${CACHE_PREFIX}${this.#build.version}`;
  }

  async #load(path: string, integrity: string | undefined): Promise<Response> {
    const response = await this.#fetch(path, integrity === undefined ? {} : { integrity, cache: 'no-cache' });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response;
  }
}

/** Files are kept decoded, so it does not matter in which encoding they came. */
const ANY_ENCODING = { ignoreVary: true } as const;
