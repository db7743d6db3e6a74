import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { readPidFile, stopServer } from '../../runtime/postgres/server/cluster.ts'

const holdDatabase = fileURLToPath(new URL('../support/hold-database.ts', import.meta.url))

let directory: string
let dataDirectory: string
let children: ChildProcess[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hubgen-port-'))
  await chmod(directory, 0o755)
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

test('a process finds a server that died and that another process started, and keeps it', async () => {
  const dashboard = await open()
  const pid = (await runningPid()) ?? 0
  const gone = expect.poll(runningPid)
  process.kill(pid, 'SIGKILL')
  await gone.toBeUndefined()
  const other = spawn(process.execPath, ['--conditions=hubgen-source', holdDatabase, directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(other)
  await once(other.stdout, 'data')
  await sql`SELECT 1`.execute(dashboard.kysely)
  const registered = async () => {
    const { rows } = await sql<{ users: string }>`
      SELECT count(*)::text AS users FROM pg_locks WHERE locktype = 'advisory' AND objid = 4823761
    `.execute(dashboard.kysely)
    return rows[0]?.users
  }
  await expect.poll(registered).toBe('2')
  other.stdin.end()
  await once(other, 'exit')
  expect(await runningPid()).not.toBeUndefined()
  await sql`SELECT 1`.execute(dashboard.kysely)
  await dashboard.close()
  expect(await runningPid()).toBeUndefined()
})
