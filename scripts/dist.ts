import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Arch, build, Platform } from 'electron-builder'
import { root } from './build/targets.ts'
import { buildApp } from './build.ts'

/** Where an Electron distribution lies unpacked, and where the result goes; both absolute. */
export interface PackOptions {
  /** Null: electron-builder downloads the one of the version in package-lock.json. */
  readonly electronDist: string | null
  readonly output: string
  /** Holds package.json, out/ and node_modules/. */
  readonly projectDir?: string
}

/** Electron's own start page, which a distribution brings and the product must not. */
const DEFAULT_APP = join('resources', 'default_app.asar')

/** Packs the built bundles into a Linux x64 directory as electron-builder.yml says; answers where it is. */
export const packLinuxDir = async ({ electronDist, output, projectDir = root }: PackOptions): Promise<string> => {
  if (electronDist !== null && !existsSync(join(electronDist, 'electron')))
    throw new Error(`${electronDist} is not an Electron distribution for Linux: it holds no file "electron"`)
  await build({
    projectDir,
    publish: 'never',
    targets: Platform.LINUX.createTarget('dir', Arch.x64),
    config: {
      extends: join(root, 'electron-builder.yml'),
      directories: { output },
      ...(electronDist === null ? {} : { electronDist }),
      afterExtract: ({ appOutDir }) => {
        rmSync(join(appOutDir, DEFAULT_APP), { force: true })
        return Promise.resolve()
      },
    },
  })
  return join(output, 'linux-unpacked')
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      /** A plain directory; the only target so far, so it may be left out. */
      dir: { type: 'boolean', default: true },
      'electron-dist': { type: 'string' },
      output: { type: 'string', default: 'dist' },
    },
  })
  const electronDist = values['electron-dist']
  await buildApp(console.log)
  const packed = await packLinuxDir({
    electronDist: electronDist === undefined ? null : resolve(electronDist),
    output: resolve(values.output),
  })
  console.log(`Packed ${packed}`)
}
