/**
 * Takes the main journeys in Firefox, which Playwright cannot drive as Debian ships it, and says how each ended in the lines of
 * the Test Anything Protocol. Exits 1 when one failed.
 *
 *   KITH_BIN=… KITH_FIREFOX=/usr/bin/firefox-esr node e2e/firefox/run.mjs
 */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const file = fileURLToPath(new URL('journeys.ts', import.meta.url));
const { module } = await runnerImport(file, { configFile: false, logLevel: 'error' });
const { JOURNEYS, openFirefox, take } = module;

const browser = await openFirefox(process.env.KITH_FIREFOX ?? '/usr/bin/firefox-esr');
process.stdout.write(`1..${JOURNEYS.length}\n`);
for (const [index, journey] of JOURNEYS.entries()) {
  try {
    await take(journey, browser);
    process.stdout.write(`ok ${index + 1} - ${journey.name}\n`);
  } catch (error) {
    process.exitCode = 1;
    process.stdout.write(`not ok ${index + 1} - ${journey.name}\n`);
    process.stdout.write(`${(error.stack ?? String(error)).replaceAll(/^/gm, '# ')}\n`);
  }
}
await browser.close();
