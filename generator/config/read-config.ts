import { existsSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { HubgenError } from '../../runtime/errors.ts'
import { configInvalid } from './config-error.ts'
import { configSchema, describeProblems, type ParsedConfig } from './config-schema.ts'
import { resolveOwnModules } from './own-modules.ts'

/** Possible names of the configuration file; only one may exist. */
export const CONFIG_FILES = [
  'hubgen.config.ts',
  'hubgen.config.mts',
  'hubgen.config.mjs',
  'hubgen.config.js',
] as const

export interface Config extends ParsedConfig {
  /** Its name in the working directory. */
  readonly file: string
}

/**
 * The configuration of a working directory, null if it has none. Fails with CONFIG_UNREADABLE if the file
 * cannot be loaded, and with CONFIG_INVALID, which lists all problems, if its contents are invalid.
 */
export async function readConfig(directory: string): Promise<Config | null> {
  const [file, other] = CONFIG_FILES.filter((name) => existsSync(join(directory, name)))
  if (file === undefined) return null
  if (other !== undefined) throw configInvalid(file, [`\`${other}\` exists as well; keep one`])
  const exported = await importDefault(join(directory, file), file)
  const parsed = configSchema.safeParse(exported, { reportInput: true })
  if (!parsed.success) throw configInvalid(file, describeProblems(parsed.error))
  return { ...parsed.data, file }
}

async function importDefault(path: string, file: string): Promise<unknown> {
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
    throw configInvalid(file, ['it needs `export default defineConfig({ … })`'])
  }
  return module.default
}

/**
 * Imports a module that could end this process or wait forever: either would look as if the command had
 * nothing to do.
 */
async function importUnended(url: string): Promise<{ readonly default?: unknown }> {
  const { exit } = process
  replaceExit(() => {
    throw new Error('it calls `exit`, which would end hubgen too')
  })
  const waiting = Promise.withResolvers<never>()
  const onIdle = () => waiting.reject(new Error('it waits for what never comes'))
  process.once('beforeExit', onIdle)
  try {
    return await Promise.race([import(url), waiting.promise])
  } finally {
    replaceExit(exit)
    process.off('beforeExit', onIdle)
  }
}

/** Also for modules that import it by name from `node:process`. */
function replaceExit(exit: NodeJS.Process['exit']): void {
  Object.assign(process, { exit })
  syncBuiltinESMExports()
}
