/**
 * Builds the window: `npx vite build` writes dist/renderer, which both the Electron and the browser shell serve.
 * Relative asset paths, because Electron loads the page from the application's own scheme.
 */
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

// vite reads its configuration from a default export.
export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [vue()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    // The preload polyfill is an inline script, which the page's content security policy refuses.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // xterm.js alone is about 400 kB; the page is loaded from this computer.
    chunkSizeWarningLimit: 1000,
  },
});
