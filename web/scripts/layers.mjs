/**
 * Holds the one direction of imports: protocol, lib, ui ← realtime ← entities ← features ← app, and no feature imports
 * another. Prints each breach with its file and exits 1 when there is any.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** What each layer may import besides itself. */
const MAY_IMPORT = {
  protocol: [],
  lib: ['protocol'],
  ui: ['lib'],
  realtime: ['protocol', 'lib', 'ui'],
  entities: ['protocol', 'lib', 'ui', 'realtime'],
  features: ['protocol', 'lib', 'ui', 'realtime', 'entities'],
  testing: ['protocol', 'lib', 'ui', 'realtime', 'entities', 'features', 'app'],
  app: ['protocol', 'lib', 'ui', 'realtime', 'entities', 'features'],
};

/** Types of the store are named by `app/store.ts`, which assembles what lies below it; a type import carries no code. */
const TYPE_ONLY_FROM_APP = new Set(['app/store']);

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/g;

const breaches = sources(src).flatMap(breachesOf);
for (const breach of breaches) process.stderr.write(`${breach}\n`);
process.exitCode = breaches.length > 0 ? 1 : 0;

function sources(folder) {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => name.split(path.sep).join('/'));
}

function breachesOf(file) {
  const text = readFileSync(path.join(src, file), 'utf8');
  const isTest = /\.test\.tsx?$/.test(file);
  return [...text.matchAll(IMPORT)].flatMap(([, type, from, dynamic]) => {
    const target = resolve(file, from ?? dynamic);
    if (!target || isTest) return [];
    if (type && TYPE_ONLY_FROM_APP.has(target)) return [];
    const reason = breach(file, target);
    return reason ? [`src/${file}: ${reason}: ${from ?? dynamic}`] : [];
  });
}

/** The imported file under `src`, or nothing for a package. */
function resolve(file, specifier) {
  if (specifier.startsWith('@/')) return specifier.slice(2);
  if (!specifier.startsWith('.')) return undefined;
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
  return target.startsWith('..') ? undefined : target;
}

function breach(file, target) {
  const [layer, feature] = file.split('/');
  const [targetLayer, targetFeature] = target.split('/');
  if (layer === targetLayer) {
    const crosses = layer === 'features' && feature !== targetFeature;
    return crosses ? 'a feature imports another; app composes them' : undefined;
  }
  const allowed = MAY_IMPORT[layer];
  if (!allowed) return `no layer is called ${layer}`;
  return allowed.includes(targetLayer) ? undefined : `${layer} may not import ${targetLayer}`;
}
