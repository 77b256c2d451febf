/**
 * Holds the size of what is loaded before the list is seen, and before the page of signing in: walks the manifest of the
 * last build from its entry, and from the chunk that the entry loads, over static imports, as the browser does, and compares
 * the gzipped sum with its budget. Exits 1 when it is exceeded.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const KIB = 1024;
/** By the chunk that the entry loads. */
const BUDGETS = {
  client: { js: 145 * KIB, css: 14 * KIB, html: 4 * KIB },
  door: { js: 100 * KIB, css: 14 * KIB, html: 4 * KIB },
};

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const manifest = JSON.parse(readFileSync(path.join(dist, 'manifest.json'), 'utf8'));

const lines = Object.entries(BUDGETS).flatMap(([chunk, budget]) => measured(chunk, budget));
for (const { chunk, kind, size, most, count } of lines) {
  process.stdout.write(
    `${chunk.padEnd(6)} ${kind.padEnd(4)} ${kib(size)} of ${kib(most)} KiB gzip in ${count} files${size > most ? ': too large' : ''}\n`,
  );
}
process.exitCode = lines.some(({ size, most }) => size > most) ? 1 : 0;

function measured(chunk, budget) {
  const files = { js: new Set(), css: new Set(), html: new Set(['index.html']) };
  collect(
    keyOf(({ isEntry }) => isEntry),
    files,
  );
  collect(
    keyOf(({ name }) => name === chunk),
    files,
  );
  return Object.entries(files).map(([kind, names]) => {
    const size = [...names].reduce((sum, name) => sum + gzipped(name), 0);
    return { chunk, kind, size, most: budget[kind], count: names.size };
  });
}

function keyOf(isMeant) {
  const key = Object.keys(manifest).find((key) => isMeant(manifest[key]));
  if (!key) throw new Error('The build lacks a chunk by which the client begins.');
  return key;
}

function collect(key, files, seen = new Set()) {
  if (seen.has(key)) return;
  seen.add(key);
  const { file, css = [], imports = [] } = manifest[key];
  files.js.add(file);
  for (const sheet of css) files.css.add(sheet);
  for (const next of imports) collect(next, files, seen);
}

function gzipped(name) {
  return gzipSync(readFileSync(path.join(dist, name)), { level: 9 }).length;
}

function kib(bytes) {
  return (bytes / KIB).toFixed(1);
}
