import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { HubgenError } from '../../errors.ts'

/** A program and the way to spawn it without root rights. */
export interface Invocation {
  readonly command: string
  readonly commandArguments: readonly string[]
  /** Set only if the spawned process must change its user. */
  readonly identity: { readonly uid: number; readonly gid: number } | Record<string, never>
}

/** The account that runs the server when hubgen runs as root; Postgres refuses to run as root. */
export interface ServerUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const setprivPaths = ['/usr/bin/setpriv', '/bin/setpriv']

/** Null if hubgen does not run as root; the server then runs as the current user. */
export function findServerUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find((line) => line.startsWith(`${name}:`))?.split(':')
    if (account !== undefined) return { name, uid: Number(account[2]), gid: Number(account[3]) }
  }
  throw new HubgenError('EMBEDDED_POSTGRES_FAILED', 'no account to run Postgres under', {
    at: '/etc/passwd',
    fix: 'run `useradd --system postgres`, run hubgen as a normal user, or set DATABASE_URL',
  })
}

/**
 * How to run `command` as the server user. A checkout under `/root` (mode 0700) hides the binaries and the
 * data from that user; only in that case `setpriv` gives the server the capability CAP_DAC_OVERRIDE, to
 * enter closed directories.
 */
export function asServerUser(
  user: ServerUser | null,
  command: string,
  commandArguments: readonly string[],
  paths: readonly string[],
): Invocation {
  if (user === null) return { command, commandArguments, identity: {} }
  const closed = [command, ...paths].map(closedDirectory).find((path) => path !== undefined)
  if (closed === undefined) {
    return { command, commandArguments, identity: { uid: user.uid, gid: user.gid } }
  }
  const setpriv = setprivPaths.find(isExecutable)
  if (setpriv === undefined) {
    throw new HubgenError(
      'EMBEDDED_POSTGRES_FAILED',
      `root cannot run Postgres, and the account \`${user.name}\` cannot enter the directory`,
      {
        at: closed,
        fix: 'install util-linux (`setpriv`), move the project out of that directory, or set DATABASE_URL',
      },
    )
  }
  // Without this bit, access(2), which initdb uses to find its programs, ignores capabilities.
  const capabilities = [
    '--securebits=+no_setuid_fixup',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
  ]
  return {
    command: setpriv,
    commandArguments: [
      `--reuid=${user.uid}`,
      `--regid=${user.gid}`,
      '--clear-groups',
      ...capabilities,
      command,
      ...commandArguments,
    ],
    identity: {},
  }
}

/** The outermost directory above `path` that other users may not enter. */
function closedDirectory(path: string): string | undefined {
  const parent = dirname(path)
  if (parent !== path) {
    const outer = closedDirectory(parent)
    if (outer !== undefined) return outer
  }
  return (statSync(parent).mode & 0o001) === 0 ? parent : undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
