/** What rolldown tells of a module when it is asked which chunk it belongs to. */
type Modules = { getModuleInfo: (id: string) => { importedIds: string[] } | null };

const ENTRY = '/src/app/main.tsx';
const NAME = 'boot';

/** One module names them all; which of them are needed here only the bundler knows. */
const ICONS = /@tabler/;

/**
 * Puts everything that is loaded before anything is seen into one chunk: that is what the entry imports, and what that
 * imports in turn. Cut where later parts share a module with it, the same code would be two dozen files, and larger by a
 * twentieth, as each is compressed without the others' words.
 */
export function bootChunk(): (id: string, modules: Modules) => string | null {
  let boot: Set<string> | undefined;
  return (id, modules) => {
    boot ??= reachable(modules);
    return boot.has(id) ? NAME : null;
  };
}

function reachable(modules: Modules): Set<string> {
  const root = decodeURI(new URL('..', import.meta.url).pathname).replace(/\/$/, '');
  const found = new Set<string>();
  const waiting = [`${root}${ENTRY}`];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(modules.getModuleInfo(id)?.importedIds.filter((each) => !ICONS.test(each)) ?? []));
  }
  // The entry keeps the chunk that the page names.
  found.delete(`${root}${ENTRY}`);
  return found;
}
