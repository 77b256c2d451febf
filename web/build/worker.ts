import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';

const ENTRY = fileURLToPath(new URL('../src/sw/worker.ts', import.meta.url));

/** Of no use to a browser, or the browser's own affair. */
const NOT_KEPT = /(?:^(?:csp|manifest)\.json|^sw\.js|\.(?:br|gz|map))$/;

/**
 * Builds the service worker as `sw.js` beside the bundle, with the list of all files of the bundle in it. Its bytes change
 * whenever any of theirs do, which is how browsers find out that there is a newer client.
 */
export function serviceWorker(): Plugin {
  let folder = 'dist';
  return {
    name: 'kith:worker',
    apply: 'build',
    configResolved(config) {
      folder = path.resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      sequential: true,
      async handler() {
        const files = await filesOf(folder);
        const version = digest(JSON.stringify(files), 'hex').slice(0, 16);
        await bundle(folder, { version, files });
      },
    },
  };
}

/** Paths as the browser asks for them; those that are not named after their content with its hash. */
async function filesOf(folder: string): Promise<[path: string, integrity?: string][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => !NOT_KEPT.test(name))
    .toSorted();
  return Promise.all(
    names.map(async (name): Promise<[string, string?]> => {
      if (name.startsWith('assets/')) return [`/${name}`];
      const integrity = `sha256-${digest(await readFile(path.join(folder, name)), 'base64')}`;
      return [name === 'index.html' ? '/' : `/${name}`, integrity];
    }),
  );
}

function digest(content: string | Buffer, encoding: 'hex' | 'base64'): string {
  return createHash('sha256').update(content).digest(encoding);
}

async function bundle(folder: string, shell: unknown): Promise<void> {
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    define: { KITH_BUILD: JSON.stringify(shell) },
    build: {
      target: 'baseline-widely-available',
      outDir: folder,
      emptyOutDir: false,
      modulePreload: false,
      rollupOptions: { input: ENTRY, output: { format: 'iife', entryFileNames: 'sw.js' } },
    },
  });
}
