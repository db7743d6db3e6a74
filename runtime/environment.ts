import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadEnvFile } from 'node:process'
import { HubgenError } from './errors.ts'

/** Environment variables, such as `process.env`. */
export type Environment = Record<string, string | undefined>

/**
 * Adds the variables of `.env` in a working directory to the process's own, which take precedence, and
 * returns all of them. The file may be missing.
 */
export function loadEnvironment(directory: string): Environment {
  const path = join(directory, '.env')
  if (!existsSync(path)) return process.env
  try {
    loadEnvFile(path)
  } catch (cause) {
    throw new HubgenError('ENVIRONMENT_UNREADABLE', 'the settings file `.env` cannot be read', {
      at: path,
      fix: 'make it a plain file that this user may read, as in `.env.example`',
      cause,
    })
  }
  return process.env
}

/** The directory of run logs below a working directory. */
export function logDirectory(directory: string): string {
  return join(directory, '.hubgen', 'logs')
}
