/**
 * Builds the window: `npx vite build` writes dist/renderer, which both the Electron and the browser shell serve.
 * Relative asset paths, because Electron loads the page from the application's own scheme.
 */
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { helpPages } from './main/build/help-pages.ts';

// vite reads its configuration from a default export.
export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [vue(), helpPages()],
  // Of vue-i18n only what the window uses: its composition interface, without helpers for tools in the browser.
  define: { __VUE_I18N_LEGACY_API__: false, __VUE_I18N_FULL_INSTALL__: false, __INTLIFY_PROD_DEVTOOLS__: false },
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
