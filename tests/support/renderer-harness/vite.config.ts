import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Builds the renderer over a fake `window.outpost`, for looking at it without any process behind it. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  // As the app's own scheme has them: page and worker may share memory.
  preview: {
    headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
  },
  build: {
    outDir: fileURLToPath(new URL('../../../out/renderer-harness', import.meta.url)),
    emptyOutDir: true,
    target: 'chrome140',
  },
})
