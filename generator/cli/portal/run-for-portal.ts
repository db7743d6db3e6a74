import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import type { HubgenCode } from '../../../runtime/errors.ts'
import { printError } from '../../../runtime/terminal/print.ts'
import type { Portal, PortalsFile } from '../../config/read-portals-file.ts'
import { checkOwnDatabase } from '../../project/portals/check-databases.ts'
import { findPortal, readNearestPortals } from '../../project/portals/find-portal.ts'
import { portalEnvironment } from '../../project/portals/portal-environment.ts'
import { portalToken } from '../../project/portals/portal-token.ts'
import { commandOf } from '../command-of.ts'
import type { PortalRequest } from './portal-option.ts'
import { startForPortal } from './start-for-portal.ts'

/**
 * Runs a command line for one portal, as a process in the portal's folder that has no other portal's secrets. Returns its
 * exit code.
 */
export async function runForPortal({ portal: name, args }: PortalRequest): Promise<number> {
  const file = await readNearestPortals(process.cwd())
  const portal = findPortal(file, name)
  await checkOwnDatabase(file, portal, process.env)
  const token = callsHubSpot(args) ? await tokenFor(file, portal) : null
  const environment = portalEnvironment(file, portal, process.env, token)
  // The channel closes when this process ends, however it ends.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'] as const
  const child = startForPortal({ portal, args, environment, stdio: [...stdio] })
  return await exitCodeOf(child)
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

function callsHubSpot(args: readonly string[]): boolean {
  return !withoutHubSpot.includes(commandOf(args) ?? '')
}

/** The old token may stop working at any time. */
const changed: HubgenCode = 'REFRESH_TOKEN_CHANGED'

async function tokenFor(file: PortalsFile, portal: Portal): Promise<string> {
  const { token, refreshToken } = await portalToken(file, portal, process.env)
  if (refreshToken === 'changed' && portal.token.kind === 'oauth') {
    const { refreshTokenFrom } = portal.token
    printError(
      `notice[${changed}]: HubSpot answered with another refresh token for portal ${portal.name}.\n` +
        `  fix: install the app in that portal again, and store the new refresh token as ${refreshTokenFrom}`,
    )
  }
  return token
}

const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Passes signals on until the process ends. As in a shell, a process that a signal ended has 128 and its number. */
async function exitCodeOf(child: ChildProcess): Promise<number> {
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal)
  for (const signal of passedOn) process.on(signal, passOn)
  try {
    const [code, signal] = await once(child, 'close')
    return code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0)
  } finally {
    for (const signal of passedOn) process.off(signal, passOn)
  }
}
