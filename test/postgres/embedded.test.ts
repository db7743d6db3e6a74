import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import {
  createCluster,
  readPidFile,
  startServer,
  stopServer,
} from '../../runtime/postgres/server/cluster.ts'
import { findEmbeddedBinaries } from '../../runtime/postgres/server/embedded-binaries.ts'
import { findServerUser } from '../../runtime/postgres/server/server-user.ts'
import { openUsedEmbedded, type UsedEmbedded } from '../support/used-embedded.ts'

const holdDatabase = fileURLToPath(new URL('../support/hold-database.ts', import.meta.url))
const isRoot = process.getuid?.() === 0

let directory: string
let dataDirectory: string
let children: ChildProcess[]
let used: UsedEmbedded

beforeAll(async () => {
  used = await openUsedEmbedded()
})

afterAll(() => used[Symbol.asyncDispose]())

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hubgen-embedded-'))
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

/** For tests that are not about the first use. */
const beginUsed = () => used.copyTo(directory)

async function runningPid(): Promise<number | undefined> {
  return (await readPidFile(dataDirectory))?.pid
}

/** Another process that uses the database; resolves when it is connected. */
async function hold(identity: object = {}): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--conditions=hubgen-source', holdDatabase, directory], {
    ...identity,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  if (child.stdout === null) throw new Error('the child has an output')
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('it ended at once')))
  const [url] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer]
  ended.catch(() => {})
  return { child, url: url.toString().trim() }
}

async function release(child: ChildProcess): Promise<void> {
  child.stdin?.end()
  await once(child, 'exit')
}

async function count(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM kept')
    return Number(rows[0]?.count)
  } finally {
    await client.end()
  }
}

async function createKept(database: Database): Promise<void> {
  await database.kysely.schema.createTable('kept').addColumn('id', 'bigint').execute()
}

test('the first use makes a server, the last one stops it, rows stay', async () => {
  const database = await open()
  expect(database.embedded).toBe(true)
  expect(database.description).not.toContain(new URL(database.url()).password)
  await createKept(database)
  await database.close()
  await database.close()
  expect(await runningPid()).toBeUndefined()
  await using again = await open()
  expect(await count(again.url())).toBe(0)
})

test('the server listens on this machine only and asks for the password', async () => {
  beginUsed()
  await using database = await open()
  const url = new URL(database.url())
  expect(url.hostname).toBe('127.0.0.1')
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  const { rows } = await client.query('SHOW listen_addresses')
  expect(rows).toEqual([{ listen_addresses: '127.0.0.1' }])
  await client.end()
  url.password = 'wrong'
  const stranger = new pg.Client({ connectionString: url.href })
  await expect(stranger.connect()).rejects.toMatchObject({ code: '28P01' })
})

test('a taken port 5432 is no obstacle', async () => {
  beginUsed()
  const taken = createServer()
  const listening = once(taken, 'listening')
  // Another process that already has the server does equally well.
  taken.on('error', () => taken.emit('listening'))
  taken.listen(5432, '127.0.0.1')
  await listening
  await using database = await open()
  expect(new URL(database.url()).port).not.toBe('5432')
  taken.close()
})

test('several processes that start at once share one server, in any order of leaving', async () => {
  const [first, second, third] = await Promise.all([hold(), hold(), hold()])
  expect(new Set([first.url, second.url, third.url]).size).toBe(1)
  await release(first.child)
  await release(third.child)
  const client = new pg.Client({ connectionString: second.url })
  await client.connect()
  await client.end()
  await release(second.child)
  expect(await runningPid()).toBeUndefined()
})

test('a user that comes while the last one leaves gets a server', async () => {
  beginUsed()
  for (let round = 0; round < 5; round += 1) {
    const leaving = await open()
    const [, database] = await Promise.all([leaving.close(), open()])
    await database.close()
  }
  expect(await runningPid()).toBeUndefined()
})

test('a server whose process was killed is adopted, and stopped in the end', async () => {
  beginUsed()
  const { child, url } = await hold()
  const pid = await runningPid()
  child.kill('SIGKILL')
  await once(child, 'exit')
  const database = await open()
  expect(database.url()).toBe(url)
  expect(await runningPid()).toBe(pid)
  await database.close()
  expect(await runningPid()).toBeUndefined()
})

test('a client that still queries keeps the server running', async () => {
  beginUsed()
  const database = await open()
  const psql = new pg.Client({ connectionString: database.url(), application_name: 'psql' })
  await psql.connect()
  await database.close()
  expect((await psql.query('SELECT 1 AS alive')).rows).toEqual([{ alive: 1 }])
  await psql.end()
})

describe('after a crash', () => {
  test('the pid file of a killed server is no obstacle', async () => {
    beginUsed()
    const database = await open()
    await createKept(database)
    const pid = await runningPid()
    const gone = expect.poll(runningPid, { timeout: 20_000 })
    process.kill(pid ?? 0, 'SIGKILL')
    await gone.toBeUndefined()
    await database.close()
    await using again = await open()
    expect(await count(again.url())).toBe(0)
  })

  test('nor is one whose number another program has by now', async () => {
    beginUsed()
    await (await open()).close()
    const path = join(dataDirectory, 'postmaster.pid')
    await writeFile(path, `${process.pid}\n${dataDirectory}\n1\n5432\n\n127.0.0.1\n1 1\nready\n`)
    const user = findServerUser()
    if (user !== null) await chown(path, user.uid, user.gid)
    await using database = await open()
    expect(await runningPid()).not.toBe(process.pid)
    expect(database.embedded).toBe(true)
  })
})

test('a cluster of another Postgres version is refused with the way out', async () => {
  beginUsed()
  await (await open()).close()
  await writeFile(join(dataDirectory, 'PG_VERSION'), '17\n')
  await expect(open()).rejects.toMatchObject({
    code: 'EMBEDDED_POSTGRES_VERSION',
    fix: expect.stringContaining('remove that directory'),
  })
})

test('a damaged folder is named with the way out', async () => {
  await mkdir(dataDirectory, { recursive: true })
  await expect(open()).rejects.toMatchObject({
    code: 'EMBEDDED_POSTGRES_FAILED',
    at: join(dataDirectory, 'PG_VERSION'),
    fix: expect.stringContaining('remove it'),
  })
})

test('no value of a failed statement reaches the log of the server', async () => {
  beginUsed()
  await using database = await open()
  const client = new pg.Client({ connectionString: database.url() })
  await client.connect()
  await expect(client.query(`SELECT 'secret'::bigint`)).rejects.toMatchObject({ code: '22P02' })
  await client.end()
  const log = await readFile(join(directory, '.hubgen', 'postgres', 'server.log'), 'utf8')
  expect(log).toContain('ready to accept connections')
  expect(log).not.toContain('secret')
})

describe('as root', () => {
  test('the server runs as somebody else', async ({ skip }) => {
    if (!isRoot) return skip('this run is not root')
    beginUsed()
    await using _database = await open()
    const status = readFileSync(`/proc/${await runningPid()}/status`, 'utf8')
    expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).toBe(String(findServerUser()?.uid))
  })

  test('a directory that nobody else may enter works as well', async ({ skip }) => {
    if (!isRoot) return skip('this run is not root')
    await chmod(directory, 0o700)
    const database = await open()
    await createKept(database)
    await database.close()
    await using again = await open()
    expect(await count(again.url())).toBe(0)
  })
})

test('programs in a directory that nobody else may enter can be run by root', async ({ skip }) => {
  if (!isRoot) return skip('this run is not root')
  const installed = await findEmbeddedBinaries()
  const native = join(directory, 'closed', 'native')
  await cp(dirname(dirname(installed.postgres)), native, { recursive: true })
  await chmod(dirname(native), 0o700)
  const binaries = {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
  }
  dataDirectory = join(directory, 'closed', 'data')
  const passwordFile = join(directory, 'closed', 'password')
  await writeFile(passwordFile, 'test')
  const cluster = { dataDirectory, username: 'hubgen', passwordFile, initdbOptions: [] }
  await createCluster(binaries, cluster)
  const server = await startServer(binaries, dataDirectory, {})
  const client = new pg.Client(`postgres://hubgen:test@127.0.0.1:${server.port}/postgres`)
  await client.connect()
  expect((await client.query('SELECT 1 AS alive')).rows).toEqual([{ alive: 1 }])
  await client.end()
})

test('a normal user needs no root', async ({ skip }) => {
  const user = findServerUser()
  if (user === null) return skip('this run is a normal user already')
  await chown(directory, user.uid, user.gid)
  const { child, url } = await hold({ uid: user.uid, gid: user.gid, cwd: directory })
  expect(new URL(url).username).toBe('hubgen')
  await release(child)
})
