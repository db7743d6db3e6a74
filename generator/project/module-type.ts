import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** The command that makes Node read generated modules as ES modules. */
export const moduleTypeFix = '`npm pkg set type=module`'

/**
 * The package.json that makes Node read a folder's modules as CommonJS, although they are ES modules;
 * undefined if there is none. `npm init -y` writes such a file. The folder need not exist.
 */
export function commonJsPackage(directory: string): string | undefined {
  const path = nearestPackage(resolve(directory))
  if (path === undefined) return undefined
  try {
    const { type } = JSON.parse(readFileSync(path, 'utf8')) as { type?: unknown }
    return type === 'commonjs' ? relative('', path) : undefined
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
