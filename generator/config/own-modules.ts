import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

/** What a user's files may import of ours, as this very process has it. */
const OWN_MODULES: ReadonlyMap<string, string> = new Map(
  ['hubgen/runtime', 'hubgen/generated', 'hubgen/config'].map((name) => [
    name,
    import.meta.resolve(name),
  ]),
)

let hooked = false
const modules = new Set<string>()

/**
 * Lets files outside this package import hubgen where it is not installed beside them. The file at
 * `path` is loaded as a module whatever the nearest package.json says, if one is given.
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
