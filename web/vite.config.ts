import { fileURLToPath } from 'node:url';
import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { bootChunks, bootFiles } from './build/boot.ts';
import { compress } from './build/compress.ts';
import { cspHashes } from './build/csp.ts';
import { serviceWorker } from './build/worker.ts';

/** The program that answers `/api` and `/socket.io` while the client is served by Vite. */
const server = process.env.KITH_SERVER ?? 'http://127.0.0.1:8080';

/** The first versions with light-dark(), as Lightning CSS writes them, so that the tokens stay as they are. */
const LIGHT_DARK = { chrome: 123 << 16, firefox: 120 << 16, safari: (17 << 16) | (5 << 8) };

export default defineConfig({
  plugins: [react(), lingui(), bootFiles(), cspHashes(), serviceWorker(), compress()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  css: { transformer: 'lightningcss', lightningcss: { targets: LIGHT_DARK } },
  build: {
    target: 'baseline-widely-available',
    cssMinify: 'lightningcss',
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: bootChunks() } } },
    manifest: 'manifest.json',
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      '/api': { target: server, changeOrigin: false },
      '/socket.io': { target: server, ws: true, changeOrigin: false },
    },
  },
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts', 'build/**/*.test.ts'],
  },
});
