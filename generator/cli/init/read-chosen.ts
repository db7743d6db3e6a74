import { text } from 'node:stream/consumers'
import { HubgenError } from '../../../runtime/errors.ts'
import { readHubSpotSettings } from '../../../runtime/hubspot/client/settings.ts'
import { readDatabaseSettings } from '../../../runtime/postgres/connection/settings.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { checkToken } from '../../project/check-token.ts'
import type { InitChoices, Variables } from './init-choices.ts'
import { simulatorVariables } from './simulator-variables.ts'

const databaseVariables = [
  'NEON_HOST',
  'NEON_DATABASE',
  'NEON_USER',
  'NEON_PASSWORD',
  'NEON_PORT',
  'DATABASE_URL',
] as const

/**
 * The variables that the options of the command ask for. A token that HubSpot refuses is an error; one that cannot
 * be checked because HubSpot does not answer is kept, with a warning.
 */
export async function readChosen({ hubspot, database }: InitChoices): Promise<Variables> {
  const chosen = await readHubSpotVariables(hubspot ?? 'later')
  return new Map([...chosen, ...(database === 'env' ? readDatabaseVariables() : [])])
}

async function readHubSpotVariables(
  choice: NonNullable<InitChoices['hubspot']>,
): Promise<Variables> {
  if (choice === 'later') return new Map()
  if (choice === 'simulator') return simulatorVariables()
  const typed = choice === 'stdin' ? await readPipe() : process.env['HUBSPOT_API_TOKEN']
  const settings = readHubSpotSettings({ ...process.env, HUBSPOT_API_TOKEN: typed })
  const found = await checkToken(settings)
  if (found.outcome === 'refused') throw found.error
  const said =
    found.outcome === 'accepted'
      ? `the token reads portal ${found.portalId}`
      : `the token was not checked: ${found.error.message}`
  print(said)
  const { HUBSPOT_API_URL } = process.env
  return new Map([
    ['HUBSPOT_API_TOKEN', settings.token],
    ...(HUBSPOT_API_URL ? ([['HUBSPOT_API_URL', HUBSPOT_API_URL]] as const) : []),
  ])
}

/** A terminal would show the token, so only a pipe or a file is read. */
async function readPipe(): Promise<string> {
  if (process.stdin.isTTY !== true) return text(process.stdin)
  throw new HubgenError('USAGE', '`--hubspot stdin` reads the token from a pipe', {
    fix: '`hubgen init` without options asks for it and does not show it',
  })
}

/** Those of the environment, if they are valid. */
function readDatabaseVariables(): readonly (readonly [string, string])[] {
  const settings = readDatabaseSettings(process.env, '')
  if (settings.kind === 'embedded') {
    throw new HubgenError('DATABASE_SETTINGS_INCOMPLETE', 'no NEON_* and no DATABASE_URL is set', {
      at: 'environment',
      fix: 'set DATABASE_URL for this command, or use `--database embedded`',
    })
  }
  return databaseVariables.flatMap((name) => {
    const value = process.env[name]
    return value ? [[name, value] as const] : []
  })
}
