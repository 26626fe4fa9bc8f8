import { builtinModules } from 'node:module'
import { dirname, resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import type { InlineConfig } from 'vite'
import { external, root, type Target } from './targets.ts'

const isExternal = (id: string) => external.includes(id) || id.startsWith('node:') || builtinModules.includes(id)

function entries(target: Target): Record<string, string> {
  return Object.fromEntries(Object.entries(target.entries).map(([name, path]) => [name, resolve(root, path)]))
}

const common = (target: Target): InlineConfig => ({
  configFile: false,
  envDir: false,
  publicDir: false,
  root,
  logLevel: 'warn',
  build: { outDir: resolve(root, target.output), emptyOutDir: true, reportCompressedSize: false },
})

/** Code for Node: everything bundled but the host's modules, native ones and Node's own. */
function nodeConfig(target: Target, format: 'es' | 'cjs'): InlineConfig {
  const extension = format === 'es' ? 'js' : 'cjs'
  const base = common(target)
  return {
    ...base,
    ssr: { noExternal: true, external },
    resolve: { conditions: ['node', 'import', 'module', 'default'], mainFields: ['module', 'main'] },
    build: {
      ...base.build,
      ssr: true,
      target: 'node24',
      minify: false,
      sourcemap: true,
      rollupOptions: {
        input: entries(target),
        external: isExternal,
        output: {
          format,
          entryFileNames: `[name].${extension}`,
          chunkFileNames: `[name]-[hash].${extension}`,
        },
      },
    },
  }
}

function rendererConfig(target: Target): InlineConfig {
  const base = common(target)
  const [page = ''] = Object.values(entries(target))
  return {
    ...base,
    root: dirname(page),
    base: './',
    plugins: [react()],
    worker: { format: 'es' },
    build: {
      ...base.build,
      target: 'chrome150',
      minify: true,
      // The policy forbids data: scripts and fonts; small files stay files.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2_000,
      rollupOptions: { input: page },
    },
  }
}

/** The Vite configuration that builds a target. */
export function viteConfig(target: Target): InlineConfig {
  switch (target.kind) {
    case 'node':
      return nodeConfig(target, 'es')
    case 'preload':
      return nodeConfig(target, 'cjs')
    case 'renderer':
      return rendererConfig(target)
  }
}
