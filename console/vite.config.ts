/// <reference types="vitest/config" />
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `npm run dev` serves the sources and passes API calls on to a running howdah.
const api = process.env.HOWDAH_URL ?? 'http://localhost:8080';

export default defineConfig({
  // Every address is relative to the page's <base>: the console works below any prefix.
  base: './',
  plugins: [react()],
  build: {
    target: 'es2022',
    // Inlined files would be data: URLs, which the Content-Security-Policy forbids for scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 6000,
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  server: {
    proxy: {
      '/v1': { target: api, ws: true },
      '/v2': api,
      '/v1alpha1': api,
      '/healthz': api,
      '/config.json': { target: api, rewrite: () => '/console/config.json' },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test-setup.ts'],
    restoreMocks: true,
  },
});
