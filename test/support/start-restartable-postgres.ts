import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCluster, startServer, stopServer } from '../../runtime/postgres/server/cluster.ts'
import { findEmbeddedBinaries } from '../../runtime/postgres/server/embedded-binaries.ts'

/** A separate Postgres 18 that can be stopped while it is in use. */
export interface RestartablePostgres extends AsyncDisposable {
  /** Of its superuser; the port stays the same. */
  readonly url: string
  /** Like `pg_ctl stop -m immediate`: connections break, uncommitted data is lost. */
  stop(): Promise<void>
  start(): Promise<void>
}

const password = 'test'

/** `startTestServer` removes directories of this name when their process is gone. */
export async function startRestartablePostgres(): Promise<RestartablePostgres> {
  const binaries = await findEmbeddedBinaries()
  const directory = await mkdtemp(join(tmpdir(), `hubgen-test-postgres-${process.pid}-`))
  await chmod(directory, 0o755)
  const passwordFile = join(directory, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  const dataDirectory = join(directory, 'data')
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  await createCluster(binaries, {
    dataDirectory,
    username: 'hubgen',
    passwordFile,
    initdbOptions: locale,
  })
  // The machine stays up, so writes need not reach the disk; a commit must be in the log anyway.
  const settings = { fsync: 'off', full_page_writes: 'off', log_min_messages: 'fatal' }
  let server = await startServer(binaries, dataDirectory, settings)
  const { port } = server
  const stop = async () => {
    signal(server.pid, 'SIGQUIT')
    await stopServer(dataDirectory, server.pid)
  }
  return {
    url: `postgres://hubgen:${password}@127.0.0.1:${port}/postgres`,
    stop,
    async start() {
      server = await startServer(binaries, dataDirectory, { ...settings, port: String(port) })
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
