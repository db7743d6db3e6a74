import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import {
  createCluster,
  readPidFile,
  startServer,
  stopServer,
} from '../../runtime/postgres/server/cluster.ts'
import { findEmbeddedBinaries } from '../../runtime/postgres/server/embedded-binaries.ts'
import { readTreeCpuSeconds } from './cpu-seconds.ts'

/** A separate Postgres 18 with default settings: durable, with checkpoints and autovacuum. */
export interface BenchPostgres extends AsyncDisposable {
  /** An empty database; drops the previous one. */
  createDatabase(): Promise<BenchDatabase>
  /** CPU seconds of the server and all its processes so far. */
  cpuSeconds(): number
}

export interface BenchDatabase {
  /** The value for DATABASE_URL. */
  readonly url: string
  query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]>
  /** WAL that the server has written so far. */
  walBytes(): Promise<number>
}

const prefix = 'hubgen-bench-postgres-'
const password = 'bench'

export async function startPostgres(): Promise<BenchPostgres> {
  await removeOrphans()
  const binaries = await findEmbeddedBinaries()
  const directory = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`))
  chmodSync(directory, 0o755)
  const passwordFile = join(directory, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  const dataDirectory = join(directory, 'data')
  const initdbOptions = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  await createCluster(binaries, { dataDirectory, username: 'hubgen', passwordFile, initdbOptions })
  const server = await startServer(binaries, dataDirectory, { log_min_messages: 'fatal' })
  const kill = () => {
    process.kill(server.pid, 'SIGINT')
  }
  process.once('exit', kill)
  const urlOf = (name: string) => `postgres://hubgen:${password}@127.0.0.1:${server.port}/${name}`
  return {
    async createDatabase() {
      await runOnce(urlOf('postgres'), 'DROP DATABASE IF EXISTS bench WITH (FORCE)')
      await runOnce(urlOf('postgres'), 'CREATE DATABASE bench')
      return openBenchDatabase(urlOf('bench'))
    },
    cpuSeconds: () => readTreeCpuSeconds(server.pid),
    async [Symbol.asyncDispose]() {
      process.off('exit', kill)
      await stopServer(dataDirectory, server.pid)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function openBenchDatabase(url: string): BenchDatabase {
  const query = async <Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> =>
    (await runOnce(url, sql)).rows as Row[]
  return {
    url,
    query,
    async walBytes() {
      const [row] = await query<{ bytes: string }>(
        `SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS bytes`,
      )
      return Number(row?.bytes)
    },
  }
}

/** Uses one connection per statement, so that none is open at a later DROP DATABASE. */
async function runOnce(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await client.query(sql)
  } finally {
    await client.end()
  }
}

/** A killed benchmark leaves its server running; the next one ends it. */
async function removeOrphans(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(prefix) || isAlive(Number(name.slice(prefix.length).split('-')[0])))
      continue
    const dataDirectory = join(tmpdir(), name, 'data')
    const left = await readPidFile(dataDirectory)
    if (left !== undefined) await stopServer(dataDirectory, left.pid)
    rmSync(join(tmpdir(), name), { recursive: true, force: true })
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
