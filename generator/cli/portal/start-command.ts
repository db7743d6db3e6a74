import type { ChildProcess, StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { formatError, HubgenError } from '../../../runtime/errors.ts'
import { machine } from '../../../runtime/machine.ts'
import { printError } from '../../../runtime/terminal/print.ts'
import type { Portal, PortalsFile } from '../../config/read-portals-file.ts'
import { checkOwnDatabase } from '../../project/portals/check-databases.ts'
import { portalEnvironment } from '../../project/portals/portal-environment.ts'
import { commandOf } from '../command-of.ts'
import { comparedVariables } from './compared-at.ts'
import { currentToken } from './current-token.ts'
import { tokenMessage } from './follow-parent.ts'
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
  const command = commandOf(args) ?? ''
  if (command === 'init') throw needsNoInit(portal)
  if (command === 'worker' || command === 'portals') throw concernsAll(command)
  await checkOwnDatabase(file, portal, process.env)
  const callsHubSpot = !withoutHubSpot.includes(command)
  const token = callsHubSpot ? await tokenFor(file, portal, args) : null
  const compared = command === 'status' ? await comparedVariables(file, portal) : {}
  const environment = { ...portalEnvironment(file, portal, process.env, token), ...compared }
  const streams = stdio === 'inherit' ? (['inherit', 'inherit', 'inherit'] as const) : stdio
  const channelled: StdioOptions = [...streams, 'ipc']
  const child = startForPortal({ portal, args, environment, stdio: channelled })
  if (token !== null && portal.token.kind === 'oauth') keepTokenFresh(file, portal, child)
  return child
}

/** An access token is valid for half an hour. */
const freshMs = 15 * 60_000

function keepTokenFresh(file: PortalsFile, portal: Portal, child: ChildProcess): void {
  const timer = machine.every(freshMs, () => {
    currentToken(file, portal).then(
      // The command may have ended meanwhile.
      (token) => void (child.connected && child.send(tokenMessage(token), () => {})),
      // The command fails by itself when its token has expired.
      (error: unknown) => void (error instanceof HubgenError && printError(formatError(error))),
    )
  })
  timer.unref()
  child.once('exit', () => clearInterval(timer))
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

/** Null for a dashboard whose token HubSpot does not give: its pages show the copy without it. */
async function tokenFor(
  file: PortalsFile,
  portal: Portal,
  args: readonly string[],
): Promise<string | null> {
  return await currentToken(file, portal).catch((error: unknown) => {
    if (commandOf(args) !== 'dashboard' || !(error instanceof HubgenError)) throw error
    printError(formatError(error))
    return null
  })
}

function concernsAll(command: string): HubgenError {
  return new HubgenError('USAGE', `\`hubgen ${command}\` concerns all portals, not one`, {
    fix: `type it without \`--portal\`; \`hubgen portals --help\` shows how to steer one`,
  })
}

/** It would write the secrets of the portal into a file. */
function needsNoInit({ name }: Portal): HubgenError {
  return new HubgenError('USAGE', 'a portal of hubgen.portals.ts needs no `hubgen init`', {
    fix: `\`hubgen explore --all --portal ${name}\` makes its folder; \`hubgen.config.ts\` in it is optional`,
  })
}
