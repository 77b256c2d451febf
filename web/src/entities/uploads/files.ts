import type { LocalCache } from '../cache/cache';

/**
 * The bytes of photos and files on their way up, by the id that this device gave them. In memory for this page, and in
 * the local cache so that they survive it.
 */
export class Files {
  readonly #held = new Map<string, File>();
  readonly #urls = new Map<string, string>();
  readonly #cache: LocalCache;

  constructor(cache: LocalCache) {
    this.#cache = cache;
  }

  /** Holds a file; it is on disk, where there is one, when the promise is kept. */
  async put(localId: string, file: File): Promise<void> {
    this.#held.set(localId, file);
    await this.#cache.putFile(localId, file);
  }

  /** Holds files for this page only: another tab keeps them on disk. */
  hold(files: ReadonlyMap<string, File>): void {
    for (const [localId, file] of files) this.#held.set(localId, file);
  }

  async get(localId: string): Promise<File | undefined> {
    const held = this.#held.get(localId) ?? (await this.#cache.readFile(localId));
    if (held) this.#held.set(localId, held);
    return held;
  }

  /** A URL by which this page can show the file, until it is dropped; nothing when it is not in memory. */
  url(localId: string): string | undefined {
    const file = this.#held.get(localId);
    if (!file) return undefined;
    const url = this.#urls.get(localId) ?? URL.createObjectURL(file);
    this.#urls.set(localId, url);
    return url;
  }

  drop(localIds: readonly string[]): void {
    for (const localId of localIds) {
      const url = this.#urls.get(localId);
      if (url) URL.revokeObjectURL(url);
      this.#urls.delete(localId);
      this.#held.delete(localId);
    }
    void this.#cache.dropFiles(localIds);
  }
}
