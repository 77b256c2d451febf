/**
 * Measures the client and prints one line of JSON a figure; what is going on is told on the other stream. `cargo xtask perf`
 * builds everything, runs this and holds the figures against what Kith means to reach.
 *
 *   KITH_BIN=../target/release/kith node perf/run.mjs [--quick] [G…]
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const { module } = await runnerImport(main, { configFile: false, logLevel: 'error' });
await module.main(process.argv.slice(2), await speedTest());

/** What Lighthouse reckons the speed of a machine by, where it is installed. */
async function speedTest() {
  const functions = new URL('node_modules/lighthouse/core/lib/page-functions.js', import.meta.url);
  if (!existsSync(functions)) return undefined;
  return (await import(functions.href)).pageFunctions.computeBenchmarkIndex;
}
