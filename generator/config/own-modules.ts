import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

/** The modules of this package that a user's files may import, as loaded in this process. */
const OWN_MODULES: ReadonlyMap<string, string> = new Map(
  ['hubgen/runtime', 'hubgen/generated', 'hubgen/config'].map((name) => [
    name,
    import.meta.resolve(name),
  ]),
)

let hooked = false
const modules = new Set<string>()

/**
 * Lets files outside this package import hubgen even if it is not installed next to them. The file at `path`,
 * if given, is loaded as an ES module regardless of the nearest package.json.
 */
export function resolveOwnModules(path?: string): void {
  if (path !== undefined) modules.add(pathToFileURL(path).href)
  if (hooked) return
  hooked = true
  registerHooks({
    resolve: (specifier, context, next) => {
      const url = OWN_MODULES.get(specifier)
      if (url !== undefined) return { url, shortCircuit: true }
      if (!modules.has(specifier)) return next(specifier, context)
      const format = /\.m?ts$/.test(specifier) ? 'module-typescript' : 'module'
      return { url: specifier, format, shortCircuit: true }
    },
  })
}
