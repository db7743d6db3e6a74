import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { configInvalid } from './config-error.ts'
import { configSchema, describeProblems, type ParsedConfig } from './config-schema.ts'
import { importSettings } from './import-settings.ts'

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
  const exported = await importSettings(join(directory, file), 'defineConfig')
  const parsed = configSchema.safeParse(exported, { reportInput: true })
  if (!parsed.success) throw configInvalid(file, describeProblems(parsed.error))
  return { ...parsed.data, file }
}
