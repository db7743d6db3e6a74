import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { readPidFile, stopServer } from '../../runtime/postgres/server/cluster.ts'
import { openUsedEmbedded, type UsedEmbedded } from '../support/used-embedded.ts'

const holdDatabase = fileURLToPath(new URL('../support/hold-database.ts', import.meta.url))

let directory: string
let dataDirectory: string
let children: ChildProcess[]
let used: UsedEmbedded

beforeAll(async () => {
  used = await openUsedEmbedded()
})

afterAll(() => used[Symbol.asyncDispose]())

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hubgen-port-'))
  await chmod(directory, 0o755)
  used.copyTo(directory)
  dataDirectory = join(directory, '.hubgen', 'postgres', 'data')
  children = []
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  const left = await readPidFile(dataDirectory)
  if (left !== undefined) await stopServer(dataDirectory, left.pid)
  await rm(directory, { recursive: true, force: true })
})

const open = () => openDatabase(readDatabaseSettings({}, directory))
const portOf = (database: Database) => Number(new URL(database.url()).port)
const runningPid = async () => (await readPidFile(dataDirectory))?.pid

test('a server keeps its port between starts', async () => {
  const first = await open()
  const port = portOf(first)
  await first.close()
  expect(await runningPid()).toBeUndefined()
  await using again = await open()
  expect(portOf(again)).toBe(port)
})

test.each(['', 'no port\n', '99999999'])(
  'a file that says %j as its port is no obstacle',
  async (text) => {
    await (await open()).close()
    await writeFile(join(dataDirectory, '..', 'port'), text)
    await using again = await open()
    expect(portOf(again)).toBeGreaterThan(0)
  },
)

test('a port that another program has taken meanwhile is left to it', async () => {
  const first = await open()
  const port = portOf(first)
  await first.close()
  const taken = createServer().listen(port, '127.0.0.1')
  await once(taken, 'listening')
  await using again = await open()
  expect(portOf(again)).not.toBe(port)
  taken.close()
})

/** Ends the server as a crash would; the returned database was open before. */
async function openAndKill(): Promise<Database> {
  const database = await open()
  await sql`SELECT 1`.execute(database.kysely)
  const gone = expect.poll(runningPid)
  process.kill((await runningPid()) ?? 0, 'SIGKILL')
  await gone.toBeUndefined()
  return database
}

const users = async (database: Database) => {
  const { rows } = await sql<{ users: string }>`
    SELECT count(*)::text AS users FROM pg_locks WHERE locktype = 'advisory' AND objid = 4823761
  `.execute(database.kysely)
  return rows[0]?.users
}

test('a process whose server died starts it again, and stops it in the end', async () => {
  const dashboard = await openAndKill()
  // The connections of the pool notice the end one by one.
  await expect.poll(() => users(dashboard).catch(() => undefined)).toBe('1')
  await dashboard.close()
  expect(await runningPid()).toBeUndefined()
})

test('a process finds a server that died and that another process started, and keeps it', async () => {
  const dashboard = await openAndKill()
  const other = spawn(process.execPath, ['--conditions=hubgen-source', holdDatabase, directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(other)
  await once(other.stdout, 'data')
  await expect.poll(() => users(dashboard).catch(() => undefined)).toBe('2')
  other.stdin.end()
  await once(other, 'exit')
  expect(await users(dashboard)).toBe('1')
  await dashboard.close()
  expect(await runningPid()).toBeUndefined()
})

test('it also finds a server that had to take another port', async () => {
  const dashboard = await openAndKill()
  const taken = createServer().listen(portOf(dashboard), '127.0.0.1')
  // Where another process has taken the port by now, that serves as well.
  await once(taken, 'listening').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
  })
  await expect.poll(() => users(dashboard).catch(() => undefined)).toBe('1')
  await dashboard.close()
  taken.close()
})
