import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const br = promisify(brotliCompress);
const gz = promisify(gzip);

/** What shrinks. Photographs and fonts are compressed already. */
const COMPRESSIBLE = /\.(?:css|html|js|json|map|svg|txt|webmanifest|xml)$/;

/** Below one packet's worth nothing is gained on the wire. */
const SIZE_MIN_BYTES = 512;

/**
 * Writes a `.br` and a `.gz` sibling of every compressible file of the bundle, at the highest levels, so that the server
 * never compresses while someone waits.
 */
export function compress(): Plugin {
  let folder = 'dist';
  return {
    name: 'kith:compress',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      folder = path.resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      sequential: true,
      order: 'post',
      async handler() {
        const names = await readdir(folder, { recursive: true });
        await Promise.all(
          names.filter((name) => COMPRESSIBLE.test(name)).map((name) => siblings(path.join(folder, name))),
        );
      },
    },
  };
}

async function siblings(file: string) {
  if ((await stat(file)).size < SIZE_MIN_BYTES) return;
  const bytes = await readFile(file);
  const [brotli, gzipped] = await Promise.all([
    br(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
    gz(bytes, { level: 9 }),
  ]);
  await Promise.all([writeFile(`${file}.br`, brotli), writeFile(`${file}.gz`, gzipped)]);
}
