import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** The command that makes Node read generated modules as ES modules. */
export const moduleTypeFix = '`npm pkg set type=module`'

/** A package.json, and whether it says what its modules are. */
interface ModuleType {
  readonly path: string
  readonly type: 'commonjs' | 'module' | 'unset'
}

/**
 * The package.json that makes Node read a folder's modules as CommonJS, although they are ES modules;
 * undefined if there is none. `npm init -y` writes such a file. The folder need not exist.
 */
export function commonJsPackage(directory: string): string | undefined {
  const found = moduleTypeOf(directory)
  return found?.type === 'commonjs' ? found.path : undefined
}

/** A sentence about a package.json that is wrong for generated modules; undefined if there is none. */
export function noteModuleType(directory: string): string | undefined {
  const found = moduleTypeOf(directory)
  if (found === undefined || found.type === 'module') return undefined
  const says = found.type === 'commonjs' ? 'says "type": "commonjs"' : 'has no "type"'
  return `${found.path} ${says}; generated modules are ES modules: ${moduleTypeFix}`
}

function moduleTypeOf(directory: string): ModuleType | undefined {
  const path = nearestPackage(resolve(directory))
  if (path === undefined) return undefined
  try {
    const { type } = JSON.parse(readFileSync(path, 'utf8')) as { type?: unknown }
    const known = type === 'commonjs' || type === 'module' ? type : 'unset'
    return { path: relative('', path), type: known }
  } catch {
    // Node and npm report an invalid package.json better than we could.
    return undefined
  }
}

/** Resolves as Node does, but the module itself need not exist. */
function nearestPackage(directory: string): string | undefined {
  const path = join(directory, 'package.json')
  if (existsSync(path)) return path
  const parent = dirname(directory)
  return parent === directory ? undefined : nearestPackage(parent)
}
