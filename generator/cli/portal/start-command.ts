import type { ChildProcess, StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { formatError, type HubgenCode, HubgenError } from '../../../runtime/errors.ts'
import { printError } from '../../../runtime/terminal/print.ts'
import type { Portal, PortalsFile } from '../../config/read-portals-file.ts'
import { checkOwnDatabase } from '../../project/portals/check-databases.ts'
import { portalEnvironment } from '../../project/portals/portal-environment.ts'
import { portalToken } from '../../project/portals/portal-token.ts'
import { commandOf } from '../command-of.ts'
import { startForPortal } from './start-for-portal.ts'

interface Command {
  readonly file: PortalsFile
  readonly portal: Portal
  readonly args: readonly string[]
  /** Of the first three; the child also gets a channel that closes when this process ends, however it ends. */
  readonly stdio: 'inherit' | readonly ['ignore', number | 'pipe', number | 'inherit']
}

/** Commands that read only files or the database; a portal whose app was removed still has them. */
const withoutHubSpot: readonly string[] = [
  'adopt',
  'alert',
  'cancel',
  'check',
  'compare',
  'database',
  'generate',
  'migrate',
  'quarantine',
  'report',
  'simulate',
  'squash',
  'status',
]

/**
 * Starts a command line for one portal: in its folder, and with no other portal's secrets. Fails with SECRET_MISSING,
 * DATABASE_SHARED, FILE_UNREADABLE without a folder, or as a refresh of the token does.
 */
export async function startCommand({ file, portal, args, stdio }: Command): Promise<ChildProcess> {
  await checkOwnDatabase(file, portal, process.env)
  const callsHubSpot = !withoutHubSpot.includes(commandOf(args) ?? '')
  const token = callsHubSpot ? await tokenFor(file, portal, args) : null
  const environment = portalEnvironment(file, portal, process.env, token)
  const streams = stdio === 'inherit' ? (['inherit', 'inherit', 'inherit'] as const) : stdio
  const channelled: StdioOptions = [...streams, 'ipc']
  return startForPortal({ portal, args, environment, stdio: channelled })
}

/** Resolves when the process has ended. As in a shell, one that a signal ended has 128 and its number. */
export async function exitCodeOf(child: ChildProcess): Promise<number> {
  const [code, signal] = await once(child, 'close')
  return code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0)
}

const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Gives the signals that this process gets to `act`, until the returned function is called. */
export function onSignals(act: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of passedOn) process.on(signal, act)
  return () => {
    for (const signal of passedOn) process.off(signal, act)
  }
}

/** The old refresh token may stop working at any time. */
const changed: HubgenCode = 'REFRESH_TOKEN_CHANGED'

/** Null for a dashboard whose token HubSpot does not give: its pages show the copy without it. */
async function tokenFor(
  file: PortalsFile,
  portal: Portal,
  args: readonly string[],
): Promise<string | null> {
  const given = await portalToken(file, portal, process.env).catch((error: unknown) => {
    if (commandOf(args) !== 'dashboard' || !(error instanceof HubgenError)) throw error
    printError(formatError(error))
    return null
  })
  if (given === null) return null
  const { token, refreshToken } = given
  if (refreshToken === 'changed' && portal.token.kind === 'oauth') {
    const { refreshTokenFrom } = portal.token
    printError(
      `notice[${changed}]: HubSpot answered with another refresh token for portal ${portal.name}.\n` +
        `  fix: install the app in that portal again, and store the new refresh token as ${refreshTokenFrom}`,
    )
  }
  return token
}
