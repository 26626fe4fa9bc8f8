import { parseSync, Visitor } from 'oxc-parser'

/** How one file names another: at run time, for types alone, or as a program to start (`new URL('./x.ts', import.meta.url)`). */
type ReferenceKind = 'value' | 'type' | 'start'

export interface Reference {
  readonly kind: ReferenceKind
  /** What stands in the quotes; null where it is computed, so that nobody can check it. */
  readonly specifier: string | null
  /** Names taken; `*` where all are within reach (default, namespace, `export *`, dynamic import). */
  readonly names: readonly string[]
  /** 1-based. */
  readonly line: number
}

interface Named {
  readonly type: string
  readonly name?: string
  readonly value?: unknown
}

const nameOf = (node: Named): string => (node.type === 'Identifier' ? (node.name ?? '*') : String(node.value))

const literal = (node: { readonly type: string; readonly value?: unknown } | undefined): string | null =>
  node?.type === 'Literal' && typeof node.value === 'string' ? node.value : null

/**
 * Every module reference of a TypeScript file. `import { type X }` counts as a value import: with
 * `verbatimModuleSyntax` it stays in the output and loads the module; only `import type` vanishes.
 *
 * @throws where the file does not parse
 */
export const referencesOf = (fileName: string, source: string): readonly Reference[] => {
  const { program, errors } = parseSync(fileName, source)
  const [first] = errors
  if (first) throw new Error(`${fileName}: ${first.message}`)
  const found: Reference[] = []
  const add = (kind: ReferenceKind, specifier: string | null, names: readonly string[], offset: number): void => {
    found.push({ kind, specifier, names, line: source.slice(0, offset).split('\n').length })
  }
  new Visitor({
    ImportDeclaration(node) {
      const names = node.specifiers.map((item) => (item.type === 'ImportSpecifier' ? nameOf(item.imported) : '*'))
      add(node.importKind === 'type' ? 'type' : 'value', node.source.value, names, node.start)
    },
    ExportAllDeclaration(node) {
      add(node.exportKind === 'type' ? 'type' : 'value', node.source.value, ['*'], node.start)
    },
    ExportNamedDeclaration(node) {
      if (!node.source) return
      const names = node.specifiers.map((item) => nameOf(item.local))
      add(node.exportKind === 'type' ? 'type' : 'value', node.source.value, names, node.start)
    },
    ImportExpression(node) {
      add('value', literal(node.source), ['*'], node.start)
    },
    TSImportType(node) {
      add('type', node.source.value, ['*'], node.start)
    },
    TSImportEqualsDeclaration(node) {
      if (node.moduleReference.type === 'TSExternalModuleReference')
        add('value', node.moduleReference.expression.value, ['*'], node.start)
    },
    CallExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'require')
        add('value', literal(node.arguments[0]), ['*'], node.start)
    },
    NewExpression(node) {
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'URL') return
      const target = literal(node.arguments[0])
      const [, base] = node.arguments
      const ownUrl = base?.type === 'MemberExpression' && base.object.type === 'MetaProperty'
      if (ownUrl && target !== null && /\.[cm]?[jt]sx?$/.test(target)) add('start', target, [], node.start)
    },
  }).visit(program)
  return found
}
