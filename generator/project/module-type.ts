import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** The command that makes Node read generated modules as what they are. */
export const moduleTypeFix = '`npm pkg set type=module`'

/**
 * The package.json that makes Node read the modules of a folder as CommonJS, which they are not;
 * undefined where it does not. `npm init -y` writes such a file. The folder may not be there yet.
 */
export function commonJsPackage(directory: string): string | undefined {
  const path = nearestPackage(resolve(directory))
  if (path === undefined) return undefined
  try {
    const { type } = JSON.parse(readFileSync(path, 'utf8')) as { type?: unknown }
    return type === 'commonjs' ? relative('', path) : undefined
  } catch {
    // Node and npm say better than we could what is wrong with it.
    return undefined
  }
}

/** As Node looks for it, without its insistence on a module that is there. */
function nearestPackage(directory: string): string | undefined {
  const path = join(directory, 'package.json')
  if (existsSync(path)) return path
  const parent = dirname(directory)
  return parent === directory ? undefined : nearestPackage(parent)
}
