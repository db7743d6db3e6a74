import { chmod, mkdtemp, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
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
const memory = '/dev/shm'
const memoryNeededBytes = 4 * 1024 ** 3
const superuser = 'hubgen'
const password = 'test'

/** `settings` are those of this version of Postgres only. */
export async function startTestServer(
  binaries: ServerBinaries,
  initdbOptions: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  for (const place of [memory, tmpdir()]) await removeOrphans(place)
  const directory = await mkdtemp(join(await choosePlace(), `${prefix}${process.pid}-`))
  await chmod(directory, 0o755)
  const passwordFile = join(directory, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  const dataDirectory = join(directory, 'data')
  await createCluster(binaries, { dataDirectory, username: superuser, passwordFile, initdbOptions })
  await trustSuperuser(dataDirectory)
  const server = await startServer(binaries, dataDirectory, {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    // Databases live for a second: tests that need statistics run ANALYZE.
    autovacuum: 'off',
    checkpoint_timeout: '1h',
    max_wal_size: '1GB',
    jit: 'off',
    max_connections: '200',
    log_min_messages: 'fatal',
    // Nothing reads the log of changes, so Postgres may leave out what a rollback makes superfluous.
    wal_level: 'minimal',
    max_wal_senders: '0',
    ...settings,
  })
  const url = `postgres://${superuser}:${password}@127.0.0.1:${server.port}/postgres`
  await fillCatalogCache(url)
  return {
    url,
    directory,
    stop: () => stopServer(dataDirectory, server.pid),
  }
}

/**
 * A run of the tests makes thousands of databases and opens tens of thousands of connections. The
 * superuser needs no password, which saves a quarter of each connection; other roles need theirs.
 */
async function trustSuperuser(dataDirectory: string): Promise<void> {
  const path = join(dataDirectory, 'pg_hba.conf')
  const rules = await readFile(path, 'utf8')
  await writeFile(path, `host all ${superuser} 127.0.0.1/32 trust\n${rules}`)
}

/** The first connection to `template1` leaves the cache of the catalog that all databases made from it start with. */
async function fillCatalogCache(url: string): Promise<void> {
  const template = new URL(url)
  template.pathname = '/template1'
  const client = new pg.Client({ connectionString: template.href })
  await client.connect()
  await client.end()
}

/**
 * Memory if the machine has enough. Thousands of databases are made and dropped, and ext4 looks through the
 * files that were removed during the last minute for each new one.
 */
async function choosePlace(): Promise<string> {
  const found = await statfs(memory).catch(() => null)
  const hasRoom = found !== null && found.bavail * found.bsize >= memoryNeededBytes
  return hasRoom ? memory : tmpdir()
}

/** A killed run leaves its server running; the next run ends it. */
async function removeOrphans(place: string): Promise<void> {
  for (const name of await readdir(place).catch(() => [])) {
    if (!name.startsWith(prefix)) continue
    const owner = Number(name.slice(prefix.length).split('-')[0])
    if (isAlive(owner)) continue
    const dataDirectory = join(place, name, 'data')
    const running = await readPidFile(dataDirectory)
    if (running !== undefined) await stopServer(dataDirectory, running.pid)
    await rm(join(place, name), { recursive: true, force: true })
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
