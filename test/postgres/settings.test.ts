import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { HubgenError } from '../../runtime/errors.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'

const neon = {
  NEON_HOST: 'ep-cool-name-123.eu-central-1.aws.neon.tech',
  NEON_DATABASE: 'neondb',
  NEON_USER: 'owner',
  NEON_PASSWORD: 'p@ss/word',
}

function failure(environment: NodeJS.ProcessEnv): HubgenError {
  try {
    readDatabaseSettings(environment, '.')
  } catch (error) {
    if (error instanceof HubgenError) return error
  }
  throw new Error('the settings were accepted')
}

test('without settings it is the embedded Postgres of the working directory', () => {
  const expected = { kind: 'embedded', directory: join('/srv/project', '.hubgen', 'postgres') }
  expect(readDatabaseSettings({}, '/srv/project')).toEqual(expected)
  const empty = { NEON_HOST: '', NEON_USER: ' ', DATABASE_URL: '' }
  expect(readDatabaseSettings(empty, '/srv/project')).toEqual(expected)
})

test('NEON_* is a server with verified TLS, port 5432, and wins over DATABASE_URL', () => {
  const environment = { ...neon, DATABASE_URL: 'postgres://a:b@other/c' }
  expect(readDatabaseSettings(environment, '.')).toEqual({
    kind: 'server',
    host: neon.NEON_HOST,
    port: 5432,
    database: 'neondb',
    user: 'owner',
    password: 'p@ss/word',
    tls: { mode: 'verified', rootCertificatePath: undefined },
  })
  expect(readDatabaseSettings({ ...neon, NEON_PORT: '6543' }, '.')).toMatchObject({ port: 6543 })
})

test.each([
  ['https://ep-cool-name.eu.aws.neon.tech', 'is a URL'],
  ['postgres://owner:secret@ep-cool-name.eu.aws.neon.tech/neondb', 'is a URL'],
  ['ep-cool-name.eu.aws.neon.tech:5432', 'is not a host name'],
  ['ep-cool-name.eu.aws.neon.tech/neondb', 'is not a host name'],
])('NEON_HOST %s is refused without being shown', (NEON_HOST, words) => {
  const error = failure({ ...neon, NEON_HOST })
  expect(error).toMatchObject({ code: 'DATABASE_SETTINGS_INVALID' })
  expect(error.message).toContain(words)
  expect(`${error.message} ${error.cause}`).not.toMatch(/secret|ep-cool/)
})

test.each(['::1', '10.0.0.7', '/var/run/postgresql', 'db'])('NEON_HOST %s is a host', (host) => {
  expect(readDatabaseSettings({ ...neon, NEON_HOST: host }, '.')).toMatchObject({ host })
})

test('half of NEON_* names the other half and never falls back to another database', () => {
  const { code, message } = failure({
    NEON_HOST: 'x',
    NEON_USER: '',
    DATABASE_URL: 'postgres://a:b@other/c',
  })
  expect(code).toBe('DATABASE_SETTINGS_INCOMPLETE')
  expect(message).toContain('`NEON_DATABASE`, `NEON_USER`, `NEON_PASSWORD`')
  expect(message).not.toContain('`NEON_HOST`')
  expect(failure({ NEON_PORT: '5432' }).code).toBe('DATABASE_SETTINGS_INCOMPLETE')
})

test.each(['0', '65536', 'x', '-1', '5432.5'])('port %s is refused', (port) => {
  expect(failure({ ...neon, NEON_PORT: port }).code).toBe('DATABASE_SETTINGS_INVALID')
})

describe('DATABASE_URL', () => {
  const read = (url: string) => readDatabaseSettings({ DATABASE_URL: url }, '.')

  test.each([
    [
      'postgresql://us%40er:p%3Aw@db.example.com:6543/my%20db?sslmode=require&channel_binding=require',
      { host: 'db.example.com', port: 6543, database: 'my db', user: 'us@er', password: 'p:w' },
    ],
    ['postgres://u@localhost/d', { host: 'localhost', port: 5432, database: 'd', user: 'u' }],
    ['postgres://u@[::1]:5433', { host: '::1', port: 5433, database: 'u', user: 'u' }],
    [
      'postgres://u@/d?host=/var/run/postgresql',
      { host: '/var/run/postgresql', database: 'd', user: 'u', tls: { mode: 'off' } },
    ],
    [
      'postgres:///d?host=/var/run/postgresql&user=me',
      { host: '/var/run/postgresql', database: 'd', user: 'me' },
    ],
  ])('%s', (url, expected) => {
    expect(read(url)).toMatchObject(expected)
  })

  test.each([
    ['postgres://u:p@db.example.com/d', { mode: 'verified', rootCertificatePath: undefined }],
    ['postgres://u:p@db.example.com/d?sslmode=require', { mode: 'verified' }],
    ['postgres://u:p@db.example.com/d?sslmode=prefer', { mode: 'verified' }],
    [
      'postgres://u:p@db.example.com/d?sslmode=verify-full&sslrootcert=ca.pem',
      { mode: 'verified', rootCertificatePath: 'ca.pem' },
    ],
    ['postgres://u:p@db/d?sslmode=disable', { mode: 'off' }],
    ['postgres://u:p@db.example.com/d?sslmode=disable', { mode: 'off' }],
    ['postgres://u:p@127.0.0.1/d', { mode: 'off' }],
    ['postgres://u:p@localhost/d?sslmode=disable', { mode: 'off' }],
    ['postgres://u:p@localhost/d?sslmode=require', { mode: 'unverified' }],
    ['postgres://u:p@localhost/d?sslmode=verify-full', { mode: 'verified' }],
  ])('TLS of %s', (url, tls) => {
    expect(read(url)).toMatchObject({ tls })
  })

  test('a certificate of another machine is always verified', () => {
    const { code } = failure({ DATABASE_URL: 'postgres://u:p@db.example.com/d?sslmode=no-verify' })
    expect(code).toBe('DATABASE_TLS_REQUIRED')
  })

  test.each([
    'postgres://u:se@cret@h/d',
    'postgres://u:5/se@cret@h/d',
    'postgres://u:se/cret@h/d',
    'postgres://u:5?secret@h/d',
    'postgres://u:5#secret@h/d',
    'postgres://u:p@secret/x@h/d',
    'postgresql://u:5/secret@h/d?sslmode=disable',
  ])('%s has a character that must be escaped, and no piece of it is shown', (url) => {
    const error = failure({ DATABASE_URL: url })
    expect(error).toMatchObject({ code: 'DATABASE_SETTINGS_INVALID' })
    expect(error.message).toContain('must be escaped')
    expect(error.fix).toContain('`%40` for `@`')
    expect(`${error.message} ${error.fix} ${error.cause}`).not.toMatch(/se@|cret|secret/)
  })

  test('an `@` that is no part of a login is accepted', () => {
    expect(read('postgres://u:p@h/d?application_name=a@b')).toMatchObject({ host: 'h' })
    expect(read('postgres:///d?host=/run&user=me@x')).toMatchObject({ host: '/run', user: 'me@x' })
  })

  test.each([
    'mysql://u:secret@h/d',
    'secret',
    'postgres://u:%secret@h/d',
    'postgres://u:secret@h:99999/d',
    'postgres://u:secret@a,b/d?x=%',
  ])('%s is refused without being shown', (url) => {
    const error = failure({ DATABASE_URL: url })
    expect(error.code).toBe('DATABASE_SETTINGS_INVALID')
    expect(`${error.message} ${error.fix} ${error.cause}`).not.toContain('secret')
  })
})
