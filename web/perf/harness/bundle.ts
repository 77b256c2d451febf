import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));

type Chunk = {
  file: string;
  name?: string;
  src?: string;
  isEntry?: boolean;
  isDynamicEntry?: boolean;
  imports?: string[];
  dynamicImports?: string[];
  css?: string[];
};

const KIB = 1_024;

/** What the last build made, by its manifest. */
export class Bundle {
  readonly chunks: Record<string, Chunk>;
  readonly #initial: Set<string>;

  constructor() {
    this.chunks = JSON.parse(readFileSync(path.join(dist, 'manifest.json'), 'utf8')) as Record<string, Chunk>;
    const entry = this.#keyOf(({ isEntry }) => isEntry === true);
    const client = this.#keyOf(({ name }) => name === 'client');
    this.#initial = new Set([...this.#reach(entry), ...this.#reach(client)]);
  }

  /** What is loaded before the list is seen: the entry, the client that it loads, and all that they import. */
  get initialScripts(): string[] {
    return [...this.#initial].flatMap((key) => this.chunks[key]?.file ?? []);
  }

  get initialStyles(): string[] {
    return [...new Set([...this.#initial].flatMap((key) => this.chunks[key]?.css ?? []))];
  }

  /** Parts that are loaded when they are first wanted, each with what it brings along. */
  get later(): { name: string; scripts: string[] }[] {
    return Object.entries(this.chunks)
      .filter(
        ([key, { isDynamicEntry, name, file }]) =>
          (isDynamicEntry || name === 'door') && file.endsWith('.js') && !this.#initial.has(key),
      )
      .map(([key, { name, src }]) => ({
        name: name ?? path.parse(src ?? key).name,
        scripts: [...this.#reach(key)]
          .filter((each) => !this.#initial.has(each))
          .flatMap((each) => this.chunks[each]?.file ?? []),
      }));
  }

  get allScripts(): string[] {
    const files = Object.values(this.chunks).map(({ file }) => file);
    return [...new Set(files.filter((file) => file.endsWith('.js')))];
  }

  /** Together, in KiB, each compressed by itself as it is sent. */
  gzipped(files: readonly string[]): number {
    return (
      files.reduce(
        (sum, file) => sum + gzipSync(readFileSync(path.join(dist, file)), { level: 9 }).length,
        0,
      ) / KIB
    );
  }

  #keyOf(isMeant: (chunk: Chunk) => boolean): string {
    const found = Object.entries(this.chunks).find(([, chunk]) => isMeant(chunk));
    if (!found) throw new Error('The build lacks a chunk by which the client begins.');
    return found[0];
  }

  #reach(key: string, seen = new Set<string>()): Set<string> {
    if (seen.has(key)) return seen;
    seen.add(key);
    for (const next of this.chunks[key]?.imports ?? []) this.#reach(next, seen);
    return seen;
  }
}
