import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { type HubSpotSettings, readHubSpotSettings } from '../../../runtime/hubspot/settings.ts'
import {
  type DatabaseSettings,
  readDatabaseSettings,
} from '../../../runtime/postgres/connection/settings.ts'
import { type Config, readConfig } from '../../config/read-config.ts'
import { type Check, type Finding, finding, findingOf, type Section } from './finding.ts'

/** Null if the settings are unusable, which a finding reports. */
export interface Settings {
  readonly hubspot: HubSpotSettings | null
  readonly database: DatabaseSettings | null
  readonly config: Config | null
}

/** Checks `.env`, the environment and the configuration of the working directory; makes no calls. */
export async function examineSettings(
  workingDirectory: string,
): Promise<{ readonly section: Section; readonly settings: Settings }> {
  const environment = attempt('environment', process.env, () => loadEnvironment(workingDirectory))
  const hubspot = attempt('hubspot_settings', null, () =>
    readHubSpotSettings(environment.value, workingDirectory),
  )
  const database = attempt('database_settings', null, () =>
    readDatabaseSettings(environment.value, workingDirectory),
  )
  const config = await examineConfig(workingDirectory)
  const findings = [
    environment.failure ?? describeEnvironment(workingDirectory),
    hubspot.failure ?? finding('hubspot_settings', 'ok', 'HUBSPOT_API_TOKEN is set'),
    database.failure ?? describeDatabase(database.value),
    ...config.findings,
  ]
  const settings = { hubspot: hubspot.value, database: database.value, config: config.value }
  return { section: { title: 'Settings', findings }, settings }
}

interface Attempt<Value> {
  readonly value: Value
  readonly failure: Finding | null
}

function attempt<Value, Instead>(
  check: Check,
  instead: Instead,
  read: () => Value,
): Attempt<Value | Instead> {
  try {
    return { value: read(), failure: null }
  } catch (error) {
    return { value: instead, failure: findingOf(check, error) }
  }
}

function describeEnvironment(workingDirectory: string): Finding {
  const found = existsSync(join(workingDirectory, '.env'))
    ? '.env was read; environment variables take precedence'
    : 'there is no .env here: settings come from the environment'
  return finding('environment', 'ok', found)
}

function describeDatabase(settings: DatabaseSettings | null): Finding {
  const found =
    settings?.kind === 'embedded'
      ? 'no NEON_* and no DATABASE_URL is set: the embedded Postgres is used'
      : 'the database is set'
  return finding('database_settings', 'ok', found)
}

/** Returns no finding if there is no configuration file. */
async function examineConfig(
  workingDirectory: string,
): Promise<{ readonly value: Config | null; readonly findings: readonly Finding[] }> {
  try {
    const value = await readConfig(workingDirectory)
    if (value === null) return { value, findings: [] }
    return { value, findings: [finding('config', 'ok', `${value.file} is valid`)] }
  } catch (error) {
    return { value: null, findings: [findingOf('config', error)] }
  }
}
