import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { chmod, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises'
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
  await createCluster(binaries, { dataDirectory, username: 'hubgen', passwordFile, initdbOptions })
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
    ...settings,
  })
  const url = `postgres://hubgen:${password}@127.0.0.1:${server.port}/postgres`
  await makeConnectionsCheap(url)
  return {
    url,
    directory,
    stop: () => stopServer(dataDirectory, server.pid),
  }
}

/**
 * A run of the tests makes thousands of databases and opens tens of thousands of connections. The password is
 * hashed once instead of 4,096 times, and the first connection to `template1` leaves the cache of the catalog
 * that all databases made from it then start with.
 */
async function makeConnectionsCheap(url: string): Promise<void> {
  const template = new URL(url)
  template.pathname = '/template1'
  const client = new pg.Client({ connectionString: template.href })
  await client.connect()
  try {
    await client.query(`ALTER ROLE hubgen PASSWORD '${scramSecret(password, 1)}'`)
  } finally {
    await client.end()
  }
}

/** The form in which Postgres stores a password (RFC 5803): only Postgres 16 and later choose the iterations. */
function scramSecret(of: string, iterations: number): string {
  const salt = Buffer.from('hubgen test salt')
  const salted = pbkdf2Sync(of, salt, iterations, 32, 'sha256')
  const keyFor = (name: string) => createHmac('sha256', salted).update(name).digest()
  const stored = createHash('sha256').update(keyFor('Client Key')).digest('base64')
  const server = keyFor('Server Key').toString('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${server}`
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
