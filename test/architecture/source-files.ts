import { globSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { posix } from 'node:path'

const root = new URL('../../', import.meta.url)
const roomsPattern = '{generator,runtime,dashboard,simulator,generated,scripts,test}/**/*.ts'

export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string
  readonly text: string
  /** Repository paths, `hubgen/runtime`, `node:fs`, names of packages; including type-only imports. */
  readonly imports: readonly string[]
}

const statement =
  /^(?:import|export)\s+(?:[\w*{},\s$]+?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm

/** Every TypeScript file of the repository except golden trees, with its imports. */
export function readSourceFiles(): readonly SourceFile[] {
  return globSync(roomsPattern, { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('test/golden/'))
    .toSorted()
    .map((path) => {
      const text = readFileSync(new URL(path, root), 'utf8')
      return { path, text, imports: importsOf(path, text) }
    })
}

/** The imports in a file's text, static and dynamic, each as a repository path or a package's name. */
export function importsOf(path: string, text: string): readonly string[] {
  return [...text.matchAll(statement)].map(([, imported, loaded]) =>
    resolveTarget(path, imported ?? loaded ?? ''),
  )
}

function resolveTarget(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier)
  if (builtinModules.includes(specifier)) return `node:${specifier}`
  if (specifier.startsWith('node:') || specifier.startsWith('hubgen/')) return specifier
  const [scopeOrName, name] = specifier.split('/')
  return specifier.startsWith('@') ? `${scopeOrName}/${name}` : (scopeOrName ?? specifier)
}
