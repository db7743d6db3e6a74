import { once } from 'node:events'
import { createServer } from 'node:net'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HubgenError } from '../../runtime/errors.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { explainingErrors } from '../../runtime/postgres/database-error.ts'
import { startRun } from '../../runtime/postgres/state/state.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'

let scratch: TestDatabase

beforeAll(async () => {
  scratch = await createDatabase()
  await scratch.query(`CREATE ROLE ${guest()} LOGIN PASSWORD 'x'`)
})

afterAll(async () => {
  await scratch.close()
})

/** A role that needs its password, which the superuser of the tests does not. */
const guest = () => `guest_${scratch.name}`
const asGuest = (password: string) =>
  urlWith((url) => {
    url.username = guest()
    url.password = password
  })

const open = (url: string | URL) =>
  openDatabase(readDatabaseSettings({ DATABASE_URL: String(url) }, '.'))

async function failure(work: () => Promise<unknown>): Promise<HubgenError> {
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof HubgenError) return error
  throw error ?? new Error('it worked')
}

function urlWith(change: (url: URL) => void): URL {
  const url = new URL(scratch.url)
  change(url)
  return url
}

/** A message with which Postgres asks for a password. */
function askPassword(code: 10 | 11, text: string): Buffer {
  const message = Buffer.from(`R\0\0\0\0\0\0\0\0${text}`)
  message.writeInt32BE(message.length - 1, 1)
  message.writeInt32BE(code, 5)
  return message
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('values come back exact: bigint and numeric as text, date as text, timestamptz as Date', async () => {
  await using database = await open(scratch.url)
  const { rows } = await database.kysely
    .selectNoFrom((build) => [
      build.cast<string>(build.val('9007199254740993'), 'bigint').as('bigint'),
      build.cast<string>(build.val('0.10'), 'numeric').as('numeric'),
      build.cast<string>(build.val('2026-03-12'), 'date').as('date'),
      build.cast<Date>(build.val('2026-03-12T07:36:23.415Z'), 'timestamptz').as('timestamptz'),
    ])
    .execute()
    .then((rows) => ({ rows }))
  expect(rows).toEqual([
    {
      bigint: '9007199254740993',
      numeric: '0.10',
      date: '2026-03-12',
      timestamptz: new Date('2026-03-12T07:36:23.415Z'),
    },
  ])
})

test('a database closes even if nothing was asked of it', async () => {
  const database = await open(scratch.url)
  await database.close()
  const left = () =>
    scratch.query<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity
       WHERE application_name = 'hubgen' AND datname = current_database()`,
    )
  await expect.poll(left).toEqual([{ count: '0' }])
})

test('the description and the errors have no password', async () => {
  await using database = await open(scratch.url)
  const { password, port } = new URL(scratch.url)
  expect(password).toBe('test')
  expect(database.description).toBe(`127.0.0.1:${port}/${scratch.name}`)
  expect(database.url()).toBe(scratch.url)
})

test('nobody listens', async () => {
  const port = await closedPort()
  const error = await failure(() => open(urlWith((url) => (url.port = String(port)))))
  expect(error.code).toBe('DATABASE_UNREACHABLE')
  expect(error.message).toContain(`127.0.0.1:${port}`)
})

test('something listens that is no Postgres', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const error = await failure(() => open(`postgres://u:secret@127.0.0.1:${port}/d`))
  expect(error.code).toBe('DATABASE_UNREACHABLE')
  expect(`${error.message}${error.fix}`).not.toContain('secret')
  server.close()
})

test('the host has no address', async () => {
  const error = await failure(() => open('postgres://u:secret@no-such-host.invalid/d'))
  expect(error.code).toBe('DATABASE_UNREACHABLE')
  expect(error.message).toContain('no-such-host.invalid:5432')
})

test('a wrong password', async () => {
  const error = await failure(() => open(asGuest('wrong-secret')))
  expect(error.code).toBe('DATABASE_LOGIN_REJECTED')
  expect(`${error.message}${error.at}${error.fix}`).not.toContain('wrong-secret')
})

test('a password that is not set', async () => {
  const error = await failure(() => open(asGuest('')))
  expect(error.code).toBe('DATABASE_LOGIN_REJECTED')
  expect(error.message).toContain('for a password, and none is set')
})

test('a login without a password leaves no connection open', async () => {
  const closed = Promise.withResolvers<void>()
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.write(askPassword(10, 'SCRAM-SHA-256\0\0'))
      socket.once('data', () => socket.write(askPassword(11, 'r=nonce,s=c2FsdA==,i=1')))
    })
    socket.once('close', () => closed.resolve())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const error = await failure(() => open(`postgres://u@127.0.0.1:${port}/d?sslmode=disable`))
  expect(error.code).toBe('DATABASE_LOGIN_REJECTED')
  await closed.promise
  server.close()
})

test('a database that does not exist', async () => {
  const error = await failure(() => open(urlWith((url) => (url.pathname = '/nowhere'))))
  expect(error.code).toBe('DATABASE_MISSING')
  expect(error.message).toContain('`nowhere`')
})

test('TLS is asked of a server that has none', async () => {
  const error = await failure(() =>
    open(urlWith((url) => url.searchParams.set('sslmode', 'verify-full'))),
  )
  expect(error.code).toBe('DATABASE_TLS_REQUIRED')
  expect(error.message).toContain('has no TLS')
})

test.each<[string, () => string | URL]>([
  ['a database', () => urlWith((url) => (url.pathname = '/nowhere'))],
  ['TLS', () => urlWith((url) => url.searchParams.set('sslmode', 'verify-full'))],
  ['a server', () => urlWith((url) => (url.port = '1'))],
  ['the right password', () => asGuest('wrong')],
  ['a password', () => asGuest('')],
  ['the scheme of Postgres', () => 'mysql://u@h/d'],
  ['an escape', () => 'postgres://u:p@x@h/d'],
  ['a certificate', () => 'postgres://u@db.example.com/d?sslrootcert=/nowhere.pem'],
])('an error about a URL without %s names the variable of the portals file', async (_, url) => {
  const environment = { DATABASE_URL: String(url()), HUBGEN_DATABASE_FROM: 'ACME_DB' }
  const { message, at, fix } = await failure(async () =>
    openDatabase(readDatabaseSettings(environment, '.')),
  )
  const text = [message, at, fix].join(' ')
  expect(text).toContain('ACME_DB')
  expect(text).not.toMatch(/NEON_|DATABASE_URL/)
})

test('a database that takes no writes', async () => {
  await using readOnly = await createDatabase()
  await readOnly.query(`ALTER DATABASE ${readOnly.name} SET default_transaction_read_only = on`)
  await using database = await open(readOnly.url)
  const facts = { entity: 'deals', mode: 'full', portalId: 1 }
  expect((await failure(() => startRun(database, facts))).code).toBe('DATABASE_READ_ONLY')
})

test('a role that may not create anything', async () => {
  const role = `reader_${scratch.name}`
  await scratch.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`)
  const url = urlWith((changed) => {
    changed.username = role
    changed.password = 'x'
  })
  const database = await open(url)
  const facts = { entity: 'deals', mode: 'full', portalId: 1 }
  const error = await failure(() => startRun(database, facts))
  expect(error.code).toBe('DATABASE_PERMISSION_DENIED')
  expect(error.fix).toContain(`GRANT CREATE ON DATABASE "${scratch.name}" TO "${role}"`)
  await scratch.query('CREATE SCHEMA hubspot; CREATE TABLE hubspot.deal (id bigint)')
  const read = () =>
    explainingErrors(database.label, () => sql`SELECT * FROM hubspot.deal`.execute(database.kysely))
  expect((await failure(read)).fix).toContain(
    `GRANT USAGE, CREATE ON SCHEMA "hubspot" TO "${role}"`,
  )
  await scratch.query(`GRANT USAGE ON SCHEMA hubspot TO ${role}`)
  expect((await failure(read)).fix).toContain(
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA hubspot, hubgen TO "${role}"`,
  )
  await database.close()
  await scratch.query(`DROP SCHEMA hubspot CASCADE; DROP ROLE ${role}`)
})
