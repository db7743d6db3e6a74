import { renewToken } from '../../../runtime/hubspot/client/renewed-token.ts'
import { supervisedVariable } from '../watch-supervisor.ts'

const tokenVariable = 'HUBSPOT_API_TOKEN'

/** The message of the parent of a command with a new access token. */
export function tokenMessage(token: string): object {
  return { [tokenVariable]: token }
}

/**
 * Takes new access tokens from the `hubgen --portal` that started this process, and ends it with SIGTERM, which finishes its
 * batch, once that process is gone: otherwise it would run on without a terminal after a `kill -9` of its parent.
 */
export function followParent(): void {
  if (!process.env['HUBGEN_PORTAL'] || process.channel === undefined) return
  // A worker's slice ends with its standard input.
  if (process.env[supervisedVariable]) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.on('message', takeToken)
  process.channel?.unref()
}

/** For the runs that begin from now on, and for the calls of those that have begun. */
function takeToken(message: unknown): void {
  if (typeof message !== 'object' || message === null || !(tokenVariable in message)) return
  const { [tokenVariable]: token } = message
  if (typeof token !== 'string') return
  renewToken(process.env[tokenVariable] ?? '', token)
  process.env[tokenVariable] = token
}
