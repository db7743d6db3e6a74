import { syncBuiltinESMExports } from 'node:module'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { HubgenError } from '../../runtime/errors.ts'
import { configInvalid } from './config-error.ts'
import { resolveOwnModules } from './own-modules.ts'

/**
 * The default export of a file of settings, which `define` makes. Fails with CONFIG_UNREADABLE if the file cannot be
 * loaded, and with CONFIG_INVALID if it exports nothing.
 */
export async function importSettings(
  path: string,
  define: 'defineConfig' | 'definePortals',
): Promise<unknown> {
  const file = basename(path)
  resolveOwnModules(path)
  let module: { readonly default?: unknown }
  try {
    module = await importUnended(pathToFileURL(path).href)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HubgenError('CONFIG_UNREADABLE', `the configuration cannot be loaded: ${reason}`, {
      at: file,
      fix: 'correct the file; Node runs it by removing its types, so it cannot contain `enum` and the like',
      cause,
    })
  }
  if (module.default === undefined) {
    const kind = define === 'defineConfig' ? 'config' : 'portals'
    throw configInvalid(file, [`it needs \`export default ${define}({ … })\``], kind)
  }
  return module.default
}

/** Number of files that are imported now. */
let importing = 0
/** Of the process, before the first of them took it away. */
let { exit: ownExit } = process

/**
 * Imports a module that could end this process or wait forever: either would look as if the command had
 * nothing to do. The last of several that are imported at once gives the process its own `exit` back.
 */
async function importUnended(url: string): Promise<{ readonly default?: unknown }> {
  if (importing === 0) {
    ;({ exit: ownExit } = process)
    replaceExit(() => {
      throw new Error('it calls `exit`, which would end hubgen too')
    })
  }
  importing += 1
  const waiting = Promise.withResolvers<never>()
  const onIdle = () => waiting.reject(new Error('it waits for what never comes'))
  process.once('beforeExit', onIdle)
  try {
    return await Promise.race([import(url), waiting.promise])
  } finally {
    importing -= 1
    if (importing === 0) replaceExit(ownExit)
    process.off('beforeExit', onIdle)
  }
}

/** Also for modules that import it by name from `node:process`. */
function replaceExit(exit: NodeJS.Process['exit']): void {
  Object.assign(process, { exit })
  syncBuiltinESMExports()
}
