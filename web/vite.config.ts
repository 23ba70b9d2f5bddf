import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { thirdPartyNotices } from '../build/third-party-notices.mjs';

/** `npx vite web` serves the sources beside a `sluice up` on its usual port. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss(), thirdPartyNotices()],
  build: {
    chunkSizeWarningLimit: 800,
    target: 'es2022',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': 'http://127.0.0.1:4680', '/version': 'http://127.0.0.1:4680' } },
});
