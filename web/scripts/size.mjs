/**
 * Holds the size of what is loaded before anything is seen: walks the manifest of the last build from its entry over
 * static imports, as the browser does, and compares the gzipped sum with its budget. Exits 1 when it is exceeded.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const KIB = 1024;
const BUDGET = { js: 145 * KIB, css: 14 * KIB, html: 4 * KIB };

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const manifest = JSON.parse(readFileSync(path.join(dist, 'manifest.json'), 'utf8'));
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const files = { js: new Set(), css: new Set(), html: new Set(['index.html']) };
collect(entry);

const lines = Object.entries(files).map(([kind, names]) => {
  const size = [...names].reduce((sum, name) => sum + gzipped(name), 0);
  return { kind, size, isOver: size > BUDGET[kind], names: [...names] };
});
for (const { kind, size, isOver, names } of lines) {
  process.stdout.write(
    `${kind.padEnd(4)} ${kib(size)} of ${kib(BUDGET[kind])} KiB gzip in ${names.length} files${isOver ? ': too large' : ''}\n`,
  );
}
process.exitCode = lines.some(({ isOver }) => isOver) ? 1 : 0;

function collect(key, seen = new Set()) {
  if (seen.has(key)) return;
  seen.add(key);
  const { file, css = [], imports = [] } = manifest[key];
  files.js.add(file);
  for (const sheet of css) files.css.add(sheet);
  for (const next of imports) collect(next, seen);
}

function gzipped(name) {
  return gzipSync(readFileSync(path.join(dist, name)), { level: 9 }).length;
}

function kib(bytes) {
  return (bytes / KIB).toFixed(1);
}
