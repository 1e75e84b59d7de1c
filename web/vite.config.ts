import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where the development server finds a running gateway. */
const GATEWAY = process.env.OPENTAPE_GATEWAY ?? 'http://127.0.0.1:8080'

// Vite wants a default export.
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Everything that a page needs comes from the gateway itself: nothing is inlined that a strict content policy forbids.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: GATEWAY, ws: true } },
  },
})
