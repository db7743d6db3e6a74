import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asServerUser, findServerUser } from '../../runtime/postgres/server/server-user.ts'
import { findFreePort, untilServing } from './find-free-port.ts'

/** PgBouncer in transaction mode in front of a Postgres, like Neon's pooled host. */
export interface PgBouncer extends AsyncDisposable {
  /** The database's URL, through PgBouncer; without a password, which PgBouncer has. */
  readonly url: string
  /** Closes every connection at once and restarts on the same port. */
  restart(): Promise<void>
}

const program = '/usr/sbin/pgbouncer'

/** The reason why the tests through PgBouncer cannot run here; undefined if they can. */
export const pgBouncerMissing: string | undefined = existsSync(program)
  ? undefined
  : `PgBouncer is not installed as ${program}`

/** Ask `pgBouncerMissing` first. */
export async function startPgBouncer(databaseUrl: string, poolSize = 8): Promise<PgBouncer> {
  const target = new URL(databaseUrl)
  const directory = await mkdtemp(join(tmpdir(), 'hubgen-test-pgbouncer-'))
  const port = await findFreePort()
  const settings = join(directory, 'pgbouncer.ini')
  await writeFile(settings, settingsOf(target, port, poolSize))
  const user = findServerUser()
  await chmod(directory, 0o755)
  if (user !== null) await chown(settings, user.uid, user.gid)
  const url = new URL(databaseUrl)
  url.host = `127.0.0.1:${port}`
  url.password = ''
  let running = await run(settings, port)
  return {
    url: url.href,
    async restart() {
      await end(running)
      running = await run(settings, port)
    },
    async [Symbol.asyncDispose]() {
      await end(running)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Neon's settings where they matter: transaction mode, no prepared statements, no startup parameters. */
function settingsOf(target: URL, port: number, poolSize: number): string {
  const { hostname, port: targetPort, username, password } = target
  return `[databases]
* = host=${hostname} port=${targetPort} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 200
server_login_retry = 1
query_wait_timeout = 20
log_connections = 0
log_disconnections = 0
log_stats = 0
`
}

async function run(settings: string, port: number): Promise<ChildProcess> {
  const user = findServerUser()
  const { command, commandArguments, identity } = asServerUser(
    user,
    program,
    ['--quiet', settings],
    [settings],
  )
  const child = spawn(command, commandArguments, { ...identity, stdio: 'ignore' })
  await untilServing(child, port)
  return child
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
