import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Bundle } from '../harness/bundle';
import type { Bench } from '../harness/rig';

const assets = fileURLToPath(new URL('../../dist/assets', import.meta.url));

/** G1: what is loaded before anything is seen. */
export async function measure({ report }: Bench): Promise<void> {
  const bundle = new Bundle();
  const initial = 'initial load';
  const size = (figure: string, files: readonly string[], most: number) =>
    report({ case: initial, figure, value: bundle.gzipped(files), bound: { at_most: most } });
  size('JavaScript, KiB gzip', bundle.initialScripts, 145);
  size('CSS, KiB gzip', bundle.initialStyles, 14);
  size('HTML, KiB gzip', ['index.html'], 4);
  const fonts = readdirSync(assets).filter((name) => /\.(woff2?|ttf|otf)$/.test(name));
  report({ case: initial, figure: 'fonts', value: fonts.length, bound: { at_most: 0 } });
}
