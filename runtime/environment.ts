import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadEnvFile } from 'node:process'
import { HubgenError } from './errors.ts'

/**
 * Adds the variables of `.env` in a working directory to the process's own, which win, and returns
 * them all. Does nothing but that where there is no such file.
 */
export function loadEnvironment(directory: string): NodeJS.ProcessEnv {
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

/** Where run logs go, under a working directory. */
export function logDirectory(directory: string): string {
  return join(directory, '.hubgen', 'logs')
}
