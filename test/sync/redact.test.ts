import { readdirSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { HubgenError } from '../../runtime/errors.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { beginRun } from '../../runtime/postgres/state/lease.ts'
import { ensureState } from '../../runtime/postgres/state/state.ts'
import { createRedactor, databaseSecrets, redactEvent } from '../../runtime/sync/redact.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import { startDatabaseProxy } from '../support/database-proxy.ts'
import '../support/vitest/property-seed.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

describe('a redactor', () => {
  const redact = createRedactor([
    ...databaseSecrets({ host: 'ep-1.neon.tech', port: 5432, user: 'deals' }, 'p/ss word-of-many'),
    'pat-na1-0000',
  ])

  it.each([
    ['no Postgres answers at `ep-1.neon.tech:5432`', 'no Postgres answers at `[hidden]`'],
    ['getaddrinfo ENOTFOUND ep-1.neon.tech', 'getaddrinfo ENOTFOUND [hidden]'],
    ['connect ECONNREFUSED 10.0.0.7:5432', 'connect ECONNREFUSED [hidden]'],
    ['connect ECONNREFUSED ::1:5432.', 'connect ECONNREFUSED [hidden]'],
    ['portal 1 into hubspot.deal of ep-1.neon.tech:5432/main', /of \[hidden\]\/main$/],
    ['altnames: DNS:*.a.example, DNS:b.example', 'altnames: [hidden], [hidden]'],
    ['the database rejects the login of `deals`', 'the database rejects the login of [hidden]'],
    ['GRANT USAGE ON SCHEMA hubspot TO "deals"', 'GRANT USAGE ON SCHEMA hubspot TO [hidden]'],
    ['postgres://deals:p%2Fss%20word-of-many@db/main', /^postgres:\/\/deals:\[hidden\]@?/],
    ['Bearer pat-na1-0000, or xpat-na1-0000y', 'Bearer [hidden], or x[hidden]y'],
    ["Key (email)=(o'neil+x@bücher.example)", 'Key (email)=([hidden])'],
  ])('hides what %j has of where and who', (text, expected) => {
    if (typeof expected === 'string') expect(redact(text)).toBe(expected)
    else expect(redact(text)).toMatch(expected)
  })

  it.each([
    'sync of deals requested, at most 5,432 records',
    'record 5432: property_email rejected (not_a_number)',
    'pass records resumes where it was interrupted, begun 2026-11-25T08:15:12.000Z, 10:00:00',
    'Postgres refused `$1::jsonb` with SQLSTATE 42P01: a::b::c',
    'HubSpot answered 502: GET /crm/v3/objects/deals, retrying in 1,000 ms (attempt 2)',
    'see version 1.2.3 of 2026.11.25',
  ])('leaves %j as it is', (text) => {
    expect(redact(text)).toBe(text)
  })

  it('leaves words that only contain a short secret', () => {
    const short = createRedactor(['db', 'deal'])
    expect(short('`db` has deals in db-1 and hubdb')).toBe('`[hidden]` has deals in db-1 and hubdb')
  })

  it('lets no secret through, whatever stands around it', () => {
    const secrets = fc.uniqueArray(fc.string({ minLength: 12, maxLength: 40, unit: 'grapheme' }), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(secrets, fc.string(), fc.string(), (given, before, after) => {
        const words = given.filter((word) => word.trim() !== '')
        const redacted = createRedactor(words)(`${before}${words.join(after)}${after}`)
        for (const word of words) expect(redacted).not.toContain(word)
      }),
    )
  })

  it('keeps the fields by which programs identify an event, and the kind of its error', () => {
    const error = new HubgenError('TABLE_FULL', 'a deal at 10.0.0.7', {
      at: '10.0.0.7',
      fix: 'deal',
    })
    const event = { at: 'deal', entity: 'deal', type: 'run_finished', report: { error } } as never
    const redacted = redactEvent(event, createRedactor(['deal', 'TABLE_FULL']))
    expect(redacted).toMatchObject({ at: 'deal', entity: 'deal', type: 'run_finished' })
    const { report } = redacted as Extract<typeof redacted, { type: 'run_finished' }>
    expect(report.error).toBeInstanceOf(HubgenError)
    expect(report.error).toMatchObject({
      code: 'TABLE_FULL',
      message: 'a [hidden] at [hidden]',
      at: '[hidden]',
      fix: '[hidden]',
    })
  })
})

describe('what a run leaves behind', () => {
  let portal: SyncPortal
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>

  beforeAll(async () => {
    portal = await openSyncPortal('tickets', { records: { tickets: 350 } })
  })

  beforeEach(async () => {
    portal.simulator.faults.clear()
    await portal.database.query('DROP SCHEMA IF EXISTS hubgen CASCADE; TRUNCATE hubspot.ticket')
    directory = await temporaryDirectory()
    return () => directory[Symbol.asyncDispose]()
  })

  afterAll(() => portal[Symbol.asyncDispose]())

  /** Both files of every run, and its rows in the database. */
  async function leftBehind(): Promise<string> {
    const logs = join(directory.path, '.hubgen/logs')
    const files = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'))
    expect(files.every((text) => text !== '')).toBe(true)
    return [...files, JSON.stringify(await events())].join('\n')
  }

  /** A port as a number of its own: its digits may stand in the id of a record. */
  function wholeNumber(port: string): RegExp {
    return new RegExp(`(?<!\\d)${port}(?!\\d)`)
  }

  async function events(): Promise<unknown> {
    const exists = await portal.database.query("SELECT to_regclass('hubgen.event') AS name")
    return exists[0]?.['name'] === null
      ? []
      : portal.database.query('SELECT body FROM hubgen.event')
  }

  it('does not say where the database is, neither while it is there nor when it goes away', async () => {
    await using proxy = await startDatabaseProxy(portal.database.url)
    const url = new URL(proxy.url)
    url.hostname = 'localhost'
    const settings = readDatabaseSettings({ DATABASE_URL: url.href }, directory.path)
    await using database = await openDatabase(settings)
    const report = await portal.sync({
      directory: directory.path,
      database,
      batchRows: 100,
      onEvent: ({ type }) => {
        if (type === 'batch_written') proxy.cut()
      },
    })
    expect(report.error).toMatchObject({ code: 'DATABASE_UNREACHABLE' })
    const written = await leftBehind()
    expect(written).toContain(`hubspot.ticket of database ${portal.database.name}`)
    expect(written).toContain('no Postgres answers at `[hidden]`')
    for (const secret of ['localhost', '127.0.0.1', '::1']) {
      expect(written).not.toContain(secret)
    }
    expect(written).not.toMatch(wholeNumber(url.port))
    // A person at the terminal may see it.
    expect(JSON.stringify(portal.events)).toContain(`localhost:${url.port}`)
  })

  it('does not say where a database is that never answered', async () => {
    const { url: baseUrl, token } = portal.simulator
    const proxy = await startDatabaseProxy(portal.database.url)
    proxy.cut()
    const { port } = new URL(proxy.url)
    process.env['DATABASE_URL'] = `postgres://somebody:secret-enough@localhost:${port}/copy`
    const run = syncEntity(portal.entity, {
      directory: directory.path,
      hubspot: { baseUrl, token, apiVersion: '2026-09' },
      connect: portal.connect,
    })
    await expect(run).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
    delete process.env['DATABASE_URL']
    const written = await leftBehind()
    expect(written).toContain('DATABASE_UNREACHABLE: no Postgres answers at `[hidden]`')
    for (const secret of ['localhost', '127.0.0.1', 'somebody', 'secret-enough']) {
      expect(written).not.toContain(secret)
    }
    expect(written).not.toMatch(wholeNumber(port))
  })

  it('does not name the machine that holds a busy entity', async () => {
    await ensureState(portal.connection)
    const facts = { entity: 'tickets', mode: 'full', portalId: 8100142 }
    const { id } = await beginRun(portal.connection, facts)
    const run = portal.sync({ directory: directory.path })
    await expect(run).rejects.toMatchObject({ at: expect.stringContaining(hostname()) })
    const written = await leftBehind()
    expect(written).toContain(`ENTITY_BUSY: \`tickets\` is being synced already: run ${id}, since`)
    expect(written).not.toContain(`${hostname()}, process`)
    expect(written).not.toContain(`process ${process.pid}`)
  })

  it('has no token, a rejected one included', async () => {
    const { url: baseUrl } = portal.simulator
    const token = 'pat-na1-wrong-but-somebody-s'
    const hubspot = { baseUrl, token, apiVersion: '2026-09' }
    const run = portal.sync({ directory: directory.path, hubspot })
    await expect(run).rejects.toMatchObject({ code: 'TOKEN_REJECTED' })
    const written = await leftBehind()
    expect(written).toContain('TOKEN_REJECTED')
    expect(written).not.toContain(token)
  })

  it.each([
    ['23514', '23514'],
    // Messages of class 42 are logged: they name a missing table or column.
    ['42P01', 'relation "[hidden]" does not exist'],
  ])('has no value that Postgres quotes with SQLSTATE %s', async (state, told) => {
    await portal.database.query(`
      CREATE FUNCTION hubspot.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'relation "%" does not exist', 'anna.schmidt@example.com'
          USING ERRCODE = '${state}', DETAIL = NEW.property_subject;
      END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON hubspot.ticket FOR EACH ROW
        EXECUTE FUNCTION hubspot.refuse()`)
    await portal.sync({ directory: directory.path, limit: 20 })
    await portal.database.query('DROP FUNCTION hubspot.refuse CASCADE')
    const written = await leftBehind()
    expect(written).toContain(told)
    expect(written).not.toContain('anna.schmidt')
    for (const { properties } of portal.simulator.store.scan('0-5', 0n, { archived: false })) {
      const subject = properties['subject'] ?? ''
      if (subject.length > 8) expect(written).not.toContain(subject)
    }
  })
})
