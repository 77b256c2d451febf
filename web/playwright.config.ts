import { defineConfig } from '@playwright/test';
import { PATIENCE_MS } from './e2e/patience';

/**
 * Journeys against the real program. `KITH_BIN` names the binary (each journey starts its own on a free port),
 * `KITH_CHROMIUM` the browser. Nothing is tried twice: what fails now and then has a cause. Patience is long, because the
 * machine may be busy with other things, and costs nothing where all is well.
 */
export default defineConfig({
  testDir: './e2e',
  globalSetup: './e2e/global-setup.ts',
  timeout: 180_000,
  expect: { timeout: PATIENCE_MS },
  fullyParallel: true,
  workers: 3,
  forbidOnly: true,
  projects: [
    { name: 'journeys', testMatch: '**/*.spec.ts' },
    { name: 'screenshots', testMatch: '**/screenshots.ts' },
  ],
  reporter: [['list']],
  outputDir: './test-results',
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    actionTimeout: PATIENCE_MS,
    navigationTimeout: PATIENCE_MS,
    // To see what happened, run the journey again with KITH_TRACE=1; recording all of them takes as long as they do.
    trace: process.env.KITH_TRACE ? 'on' : 'off',
    launchOptions: {
      executablePath: process.env.KITH_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
});
