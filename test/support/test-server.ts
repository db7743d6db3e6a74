import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createCluster,
  readPidFile,
  type ServerBinaries,
  startServer,
  stopServer,
} from '../../runtime/postgres/server/cluster.ts'

/** A server with its own cluster in a temporary directory, without durability. */
export interface TestServer {
  readonly url: string
  readonly directory: string
  /** Stops the server; the caller removes the directory. */
  stop(): Promise<void>
}

const prefix = 'hubgen-test-postgres-'
const password = 'test'

export async function startTestServer(
  binaries: ServerBinaries,
  initdbOptions: readonly string[],
): Promise<TestServer> {
  await removeOrphans()
  const directory = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  await chmod(directory, 0o755)
  const passwordFile = join(directory, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  const dataDirectory = join(directory, 'data')
  await createCluster(binaries, { dataDirectory, username: 'hubgen', passwordFile, initdbOptions })
  const server = await startServer(binaries, dataDirectory, {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    // Databases live for a second: tests that need statistics run ANALYZE.
    autovacuum: 'off',
    checkpoint_timeout: '1h',
    max_wal_size: '8GB',
    jit: 'off',
    max_connections: '200',
    log_min_messages: 'fatal',
  })
  return {
    url: `postgres://hubgen:${password}@127.0.0.1:${server.port}/postgres`,
    directory,
    stop: () => stopServer(dataDirectory, server.pid),
  }
}

/** A killed run leaves its server running; the next run ends it. */
async function removeOrphans(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue
    const owner = Number(name.slice(prefix.length).split('-')[0])
    if (isAlive(owner)) continue
    const dataDirectory = join(tmpdir(), name, 'data')
    const running = await readPidFile(dataDirectory)
    if (running !== undefined) await stopServer(dataDirectory, running.pid)
    await rm(join(tmpdir(), name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
