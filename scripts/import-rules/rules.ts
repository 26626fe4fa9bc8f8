import { posix } from 'node:path'
import { z } from 'zod'
import type { Reference } from './references.ts'

const folderRule = z.strictObject({
  /** Folders whose code it may load. */
  imports: z.array(z.string()).default([]),
  /** Folders of which it may use types alone. */
  typeImports: z.array(z.string()).default([]),
  /** Folders whose files it may start as a worker or thread. */
  starts: z.array(z.string()).default([]),
  /** npm packages. */
  packages: z.array(z.string()).default([]),
  /** Node's own modules. */
  node: z.boolean().default(false),
})

/** `import-rules.json`: who may import what. Whatever is not listed is an error. */
export const importRules = z.strictObject({
  folders: z.record(z.string(), folderRule),
  /** May import anything; nothing of the product may import them. */
  free: z.array(z.string()),
  /** In these folders no child folder may import another. */
  isolated: z.array(z.string()),
  /** Packages, or single names of a package, that one file alone may import. */
  doors: z.array(z.strictObject({ package: z.string(), name: z.string().optional(), file: z.string() })),
})
export type ImportRules = z.infer<typeof importRules>

export interface Violation {
  readonly file: string
  readonly line: number
  readonly message: string
}

const under = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

const longestHolding = (path: string, folders: readonly string[]): string | undefined =>
  folders.filter((folder) => under(path, folder)).sort((a, b) => b.length - a.length)[0]

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** Why this reference is not allowed, or null. `file` is relative to the root, with forward slashes. */
export const problemOf = (rules: ImportRules, file: string, reference: Reference): string | null => {
  if (longestHolding(file, rules.free)) return null
  const folder = longestHolding(file, Object.keys(rules.folders))
  const rule = folder === undefined ? undefined : rules.folders[folder]
  if (folder === undefined || !rule) return `no rule covers ${posix.dirname(file)}/: add it to import-rules.json`
  if (reference.specifier === null) return 'a computed import cannot be checked: name the module'
  const specifier = reference.specifier.replace(/\?.*$/, '')
  if (specifier.startsWith('node:')) return rule.node ? null : `${folder}/ may not import ${specifier}`
  if (!specifier.startsWith('.')) return packageProblem(rules, file, folder, reference, packageOf(specifier))
  const target = posix.join(posix.dirname(file), specifier)
  if (target.startsWith('..')) return `${specifier} lies outside the repository`
  return (
    folderProblem(rules, folder, target, reference.specifier === specifier ? reference.kind : 'start') ??
    siblingProblem(rules, file, target)
  )
}

const packageProblem = (
  rules: ImportRules,
  file: string,
  folder: string,
  reference: Reference,
  name: string,
): string | null => {
  if (!rules.folders[folder]?.packages.includes(name)) return `${folder}/ may not import the package ${name}`
  const closed = rules.doors.find(
    (door) =>
      door.package === name &&
      door.file !== file &&
      (door.name === undefined || reference.names.includes(door.name) || reference.names.includes('*')),
  )
  if (!closed) return null
  return `only ${closed.file} may import ${closed.name === undefined ? name : `${closed.name} of ${name}`}`
}

const folderProblem = (rules: ImportRules, folder: string, target: string, kind: Reference['kind']): string | null => {
  const rule = rules.folders[folder]
  const home = longestHolding(target, [...Object.keys(rules.folders), ...rules.free])
  if (home === folder || !rule) return null
  const inside = (allowed: readonly string[]): boolean => allowed.some((item) => under(target, item))
  if (kind === 'start') return inside(rule.starts) ? null : `${folder}/ may not start ${target}`
  if (inside(rule.imports)) return null
  if (kind === 'type') return inside(rule.typeImports) ? null : `${folder}/ may not import types of ${target}`
  return `${folder}/ may not import ${target}${inside(rule.typeImports) ? ' except by "import type"' : ''}`
}

const siblingProblem = (rules: ImportRules, file: string, target: string): string | null => {
  const parent = longestHolding(file, rules.isolated)
  if (parent === undefined || !under(target, parent)) return null
  const childOf = (path: string): string | undefined => path.slice(parent.length + 1).split('/')[0]
  return childOf(file) === childOf(target)
    ? null
    : `${childOf(file)} may not import ${childOf(target)}: move what they share out of ${parent}/`
}
