import { constants, existsSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readUrl } from '../../../runtime/alerts/post-alert.ts'
import { type Environment, loadEnvironment } from '../../../runtime/environment.ts'
import { findProxy } from '../../../runtime/hubspot/client/find-proxy.ts'
import {
  type HubSpotSettings,
  readHubSpotSettings,
} from '../../../runtime/hubspot/client/settings.ts'
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
    ...describeProxy(environment.value, hubspot.value),
    ...(await examineCertificates(environment.value, workingDirectory)),
    database.failure ?? describeDatabase(database.value),
    ...config.findings,
    ...describeAlerts(config.value, environment.value),
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

/** Shows how calls leave this machine if a variable changes that. */
function describeProxy(
  environment: NodeJS.ProcessEnv,
  hubspot: HubSpotSettings | null,
): readonly Finding[] {
  if (hubspot === null) return []
  const { proxy, baseUrl } = hubspot
  if (proxy !== undefined) {
    const login = URL.parse(proxy.url)?.username ? ', with a login' : ''
    const found = `calls to HubSpot go through the proxy \`${proxy.label}\` (${proxy.variable}${login})`
    return [finding('proxy', 'ok', found)]
  }
  const unused = findProxy({ ...environment, NO_PROXY: '', no_proxy: '' }, baseUrl)
  if (unused === undefined) return []
  const { host } = new URL(baseUrl)
  const found = `${unused.variable} is set, but NO_PROXY names \`${host}\`: calls to HubSpot are direct`
  return [finding('proxy', 'ok', found)]
}

/** Node ignores a file that it cannot read, with a warning. */
async function examineCertificates(
  { NODE_EXTRA_CA_CERTS }: NodeJS.ProcessEnv,
  workingDirectory: string,
): Promise<readonly Finding[]> {
  if (!NODE_EXTRA_CA_CERTS) return []
  const at = resolve(workingDirectory, NODE_EXTRA_CA_CERTS)
  try {
    await access(at, constants.R_OK)
  } catch {
    const fix = 'correct the path, or remove the variable'
    const found = 'the certificates of NODE_EXTRA_CA_CERTS cannot be read, and are ignored'
    return [finding('certificates', 'warning', found, { at, fix })]
  }
  const found = `the certificates of \`${NODE_EXTRA_CA_CERTS}\` are trusted, too (NODE_EXTRA_CA_CERTS)`
  return [finding('certificates', 'ok', found)]
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

/** One finding per target, without sending anything; none without alerts. */
function describeAlerts(config: Config | null, environment: Environment): readonly Finding[] {
  const { to = [], quietHours } = config?.alerts ?? {}
  const quiet =
    quietHours === undefined
      ? ''
      : `, not between ${quietHours.from} and ${quietHours.to} (${quietHours.timeZone})`
  return to.map(({ kind, urlFrom }) => {
    const url = attempt('alerts', '', () => readUrl(urlFrom, environment))
    return url.failure ?? finding('alerts', 'ok', `alerts go to ${urlFrom} (${kind})${quiet}`)
  })
}
