import type { Plugin, Rolldown } from 'vite';

/** What rolldown tells of a module when it is asked which chunk it belongs to. */
type Modules = { getModuleInfo: (id: string) => { importedIds: string[] } | null };

const ROOT = decodeURI(new URL('..', import.meta.url).pathname).replace(/\/$/, '');

/** What the page names; it loads one of the others. */
const ENTRY = `${ROOT}/src/app/main.ts`;
const DOOR = `${ROOT}/src/app/door.tsx`;
const CLIENT = `${ROOT}/src/app/client.tsx`;

/** One module names them all; which of them are needed here only the bundler knows. */
const ICONS = /@tabler/;

/** What rolldown itself adds for modules that are older than the language's own. */
const RUNTIME = '\0rolldown/runtime.js';

/**
 * The chunks by which the client begins: what decides which of the others is loaded, what both of these need, the page of
 * signing in, and the list. A chunk takes along what its modules import, so each comes after those that it rests on.
 */
const CHUNKS = ['first', 'base', 'door', 'client'] as const;

type Chunk = (typeof CHUNKS)[number];

/**
 * Puts what is loaded before anything is seen into a few chunks. Cut wherever later parts share a module with it, the same
 * code would be two dozen files, and larger by a twentieth, as each is compressed without the others' words.
 */
export function bootChunks() {
  let chunks: Map<string, Chunk> | undefined;
  return CHUNKS.map((chunk, index) => ({
    debugName: chunk,
    priority: CHUNKS.length - index,
    name: (id: string, modules: Modules) => {
      chunks ??= divided(modules);
      return chunks.get(id) === chunk ? chunk : null;
    },
  }));
}

function divided(modules: Modules): Map<string, Chunk> {
  const [entry, door, client] = [ENTRY, DOOR, CLIENT].map((from) => reachable(from, modules));
  const chunks = new Map<string, Chunk>();
  for (const id of door ?? []) chunks.set(id, 'door');
  for (const id of client ?? []) chunks.set(id, chunks.has(id) ? 'base' : 'client');
  for (const id of entry ?? []) chunks.set(id, 'first');
  chunks.set(RUNTIME, 'first');
  // The entry itself keeps the chunk that the page names.
  chunks.delete(ENTRY);
  return chunks;
}

function reachable(from: string, modules: Modules): Set<string> {
  const found = new Set<string>();
  const waiting = [from];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(modules.getModuleInfo(id)?.importedIds.filter((each) => !ICONS.test(each)) ?? []));
  }
  return found;
}

/**
 * Names the files of these chunks in the page: what all need is fetched beside the entry, which would ask for it a moment
 * later; what the client needs besides stands in the template, out of which whoever wants it early takes it.
 */
export function bootFiles(): Plugin {
  return {
    name: 'kith:boot',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const named = new Set<string>();
        const links = (chunk: Chunk) =>
          filesOf(chunk, bundle)
            .filter((file) => !html.includes(file) && !named.has(file))
            .map((file) => (named.add(file), link(file)))
            .join('\n    ');
        return html
          .replace('</head>', `  ${links('base')}\n  $&`)
          .replace('<template id="client-files">', `$&${links('client')}`);
      },
    },
  };
}

/** The script of a chunk, what it imports, and its style. */
function filesOf(name: Chunk, bundle: Rolldown.OutputBundle): string[] {
  return Object.values(bundle).flatMap((file) =>
    file.type === 'chunk' && file.name === name
      ? [file.fileName, ...file.imports, ...(file.viteMetadata?.importedCss ?? [])]
      : [],
  );
}

function link(file: string): string {
  const kind = file.endsWith('.css') ? 'rel="preload" as="style"' : 'rel="modulepreload"';
  return `<link ${kind} crossorigin href="/${file}">`;
}
