import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The command that makes Node read generated modules as what they are. */
export const moduleTypeFix = '`npm pkg set type=module`'

/**
 * The package.json that makes Node read the modules of a folder as CommonJS, which they are not;
 * undefined where it does not. `npm init -y` writes such a file.
 */
export function commonJsPackage(directory: string): string | undefined {
  const path = findPackageJSON(pathToFileURL(resolve(directory, 'index.ts')))
  if (path === undefined) return undefined
  try {
    const { type } = JSON.parse(readFileSync(path, 'utf8')) as { type?: unknown }
    return type === 'commonjs' ? relative('', path) : undefined
  } catch {
    // Node and npm say better than we could what is wrong with it.
    return undefined
  }
}
