import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Plugin } from 'vite';

/**
 * Writes `csp.json` beside the bundle: the hashes of the inline script and style of `index.html`, in the form in which
 * `script-src` and `style-src` want them. The server puts them into its header and allows no other inline code.
 */
export function cspHashes(): Plugin {
  let folder = 'dist';
  return {
    name: 'kith:csp',
    apply: 'build',
    configResolved(config) {
      folder = path.resolve(config.root, config.build.outDir);
    },
    async writeBundle() {
      const html = await readFile(path.join(folder, 'index.html'), 'utf8');
      const hashes = {
        script: inline(html, /<script>([\s\S]*?)<\/script>/g),
        style: inline(html, /<style>([\s\S]*?)<\/style>/g),
      };
      await writeFile(path.join(folder, 'csp.json'), `${JSON.stringify(hashes, null, 2)}\n`);
    },
  };
}

function inline(html: string, pattern: RegExp): string[] {
  return [...html.matchAll(pattern)].map(
    ([, body = '']) => `'sha256-${createHash('sha256').update(body).digest('base64')}'`,
  );
}
