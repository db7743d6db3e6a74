import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { checkTable } from '../../runtime/postgres/connection/table-check.ts'
import { explainingErrors } from '../../runtime/postgres/database-error.ts'
import { type MigrationFile, migrate } from '../../runtime/postgres/schema/migrate.ts'
import { ensureState } from '../../runtime/postgres/state/state.ts'
import { deals, dealTableSql } from '../support/deal-table.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'

const create: MigrationFile = { name: '0001_deals_create.sql', sql: dealTableSql }
const second: MigrationFile = {
  name: '0002_notes_create.sql',
  sql: 'CREATE TABLE hubspot.note (id bigint PRIMARY KEY);\n',
}

let scratch: TestDatabase
let database: Database

beforeEach(async () => {
  scratch = await createDatabase()
  database = await openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'))
})

afterEach(async () => {
  await database.close()
  await scratch.close()
})

const applied = () => scratch.query('SELECT name FROM hubgen.migration ORDER BY name')
const tables = async () =>
  (
    await scratch.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
       WHERE nspname = 'hubspot' AND relkind = 'r' ORDER BY 1`,
    )
  ).map(({ name }) => name)

test('files are applied by name, once', async () => {
  expect(await migrate(database, [second, create])).toEqual({
    applied: [create.name, second.name],
    alreadyApplied: [],
  })
  expect(await tables()).toEqual(['deal', 'note'])
  expect(await migrate(database, [second, create])).toEqual({
    applied: [],
    alreadyApplied: [create.name, second.name],
  })
})

test('two machines at once: each file is applied by one of them', async () => {
  const reports = await Promise.all([
    migrate(database, [create, second]),
    migrate(database, [create, second]),
    migrate(database, [create, second]),
  ])
  expect(reports.flatMap((report) => report.applied).sort()).toEqual([create.name, second.name])
})

test.each([
  ['unanswered', 'part'],
  ['run', 'daily_remaining'],
  ['copy', 'ui_domain'],
])('hubgen.%s of an earlier version gets the column %s', async (table, column) => {
  await ensureState(database)
  await scratch.query(`ALTER TABLE hubgen.${table} DROP COLUMN ${column}`)
  await ensureState(database)
  expect(await scratch.query(`SELECT ${column} FROM hubgen.${table}`)).toEqual([])
})

test('a database of an earlier version gets the table of alerts', async () => {
  await ensureState(database)
  await scratch.query('DROP TABLE hubgen.alert')
  await ensureState(database)
  expect(await scratch.query('SELECT FROM hubgen.alert')).toEqual([])
})

test('two that make the state tables at once do not trip over each other', async () => {
  await Promise.all([ensureState(database), ensureState(database), ensureState(database)])
  expect(await scratch.query('SELECT FROM hubgen.quarantine')).toEqual([])
})

test('a schema hubgen of somebody else is named and left alone', async () => {
  await scratch.query('CREATE SCHEMA hubgen')
  await scratch.query('CREATE TABLE hubgen.run (x int)')
  await expect(migrate(database, [create])).rejects.toMatchObject({ code: 'STATE_NOT_OURS' })
  expect(await scratch.query("SELECT to_regclass('hubgen.migration') AS made")).toEqual([
    { made: null },
  ])
  expect(await tables()).toEqual([])
})

test('other line ends are no change', async () => {
  await migrate(database, [create])
  const windows = { ...create, sql: create.sql.replaceAll('\n', '\r\n') }
  expect(await migrate(database, [windows])).toEqual({
    applied: [],
    alreadyApplied: [create.name],
  })
})

test('an applied file that changed is refused before anything is applied', async () => {
  await migrate(database, [create])
  const changed = {
    ...create,
    sql: create.sql.replace('property_amount numeric', 'property_x text'),
  }
  await expect(migrate(database, [changed, second])).rejects.toMatchObject({
    code: 'MIGRATION_CHANGED',
    message: expect.stringContaining('applied once'),
    fix: expect.stringContaining('git checkout -- generated/migrations'),
  })
  expect(await tables()).toEqual(['deal'])
  // The fix that the message names.
  expect((await migrate(database, [create, second])).applied).toEqual([second.name])
})

test('a database that has run more than the files is named as newer', async () => {
  await migrate(database, [create, second])
  await expect(migrate(database, [create])).rejects.toMatchObject({
    code: 'MIGRATION_MISSING',
    message: `this database is newer than the files; applied to it, but not among them: \`${second.name}\``,
    fix: expect.stringMatching(/^deploy the files that it was migrated with, or restore them/),
  })
})

test('an applied file that is gone is refused', async () => {
  await migrate(database, [create])
  await expect(migrate(database, [second])).rejects.toMatchObject({
    code: 'MIGRATION_MISSING',
    message: expect.stringContaining(create.name),
  })
  expect(await tables()).toEqual(['deal'])
})

test("somebody else's table of the same name stays as it is", async () => {
  await scratch.query('CREATE SCHEMA hubspot; CREATE TABLE hubspot.deal (mine text)')
  await scratch.query(`INSERT INTO hubspot.deal VALUES ('precious')`)
  await expect(migrate(database, [create])).rejects.toMatchObject({
    code: 'TABLE_NOT_OURS',
    at: create.name,
  })
  expect(await scratch.query('SELECT * FROM hubspot.deal')).toEqual([{ mine: 'precious' }])
  expect(await applied()).toEqual([])
})

test('a file that fails is undone whole; the ones before it stay', async () => {
  const broken = {
    name: '0002_broken.sql',
    sql: 'CREATE TABLE hubspot.half (id int);\nCREATE TABLE hubspot.other (id wrong);\n',
  }
  await expect(migrate(database, [create, broken])).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    at: `${broken.name}:2`,
  })
  expect(await tables()).toEqual(['deal'])
  expect(await applied()).toEqual([{ name: create.name }])
})

test('a database that takes no writes is named as that', async () => {
  await scratch.query(`ALTER DATABASE ${scratch.name} SET default_transaction_read_only = on`)
  await using readOnly = await openDatabase(
    readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'),
  )
  await expect(migrate(readOnly, [create])).rejects.toMatchObject({ code: 'DATABASE_READ_ONLY' })
})

test('a role without rights gets the name of the missing right', async () => {
  const role = `writer_${scratch.name}`
  await scratch.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`)
  const url = new URL(scratch.url)
  url.username = role
  url.password = 'x'
  const limited = await openDatabase(readDatabaseSettings({ DATABASE_URL: url.href }, '.'))
  await expect(migrate(limited, [create])).rejects.toMatchObject({
    code: 'DATABASE_PERMISSION_DENIED',
  })
  await limited.close()
  await scratch.query(`DROP ROLE ${role}`)
})

test('a role that may not create schemas migrates where they exist', async () => {
  const role = `limited_${scratch.name}`
  await scratch.query(`
    CREATE ROLE ${role} LOGIN PASSWORD 'x'; CREATE SCHEMA hubgen; CREATE SCHEMA hubspot;
    GRANT USAGE, CREATE ON SCHEMA hubgen, hubspot TO ${role}`)
  const url = new URL(scratch.url)
  url.username = role
  url.password = 'x'
  const limited = await openDatabase(readDatabaseSettings({ DATABASE_URL: url.href }, '.'))
  const schema = { ...create, sql: `CREATE SCHEMA IF NOT EXISTS hubspot;\n\n${create.sql}` }
  await migrate(limited, [schema])
  await expect(checkTable(limited, deals)).resolves.toBeUndefined()
  await limited.close()
  await scratch.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
})

test('row-level security that refuses rows is named as that', async () => {
  await migrate(database, [create])
  const role = `secured_${scratch.name}`
  await scratch.query(`
    CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT USAGE ON SCHEMA hubspot TO ${role};
    GRANT SELECT, INSERT ON hubspot.deal TO ${role}; ALTER TABLE hubspot.deal ENABLE ROW LEVEL SECURITY`)
  const url = new URL(scratch.url)
  url.username = role
  url.password = 'x'
  const limited = await openDatabase(readDatabaseSettings({ DATABASE_URL: url.href }, '.'))
  const insert = sql`INSERT INTO hubspot.deal (id, portal_id, updated_at) VALUES (1, 1, now())`
  await expect(
    explainingErrors(limited.label, () => insert.execute(limited.kysely)),
  ).rejects.toMatchObject({
    code: 'DATABASE_PERMISSION_DENIED',
    fix: expect.stringContaining('CREATE POLICY'),
  })
  await limited.close()
  await scratch.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
})

describe('the table is checked before a sync', () => {
  const check = () => checkTable(database, deals)

  test('it fits', async () => {
    await migrate(database, [create])
    await scratch.query('ALTER TABLE hubspot.deal ADD property_archived_one text')
    await expect(check()).resolves.toBeUndefined()
  })

  test('it is missing', async () => {
    await expect(check()).rejects.toMatchObject({
      code: 'TABLE_MISSING',
      fix: expect.stringMatching(/^run `hubgen migrate`/),
    })
  })

  test('somebody dropped it: what to do instead of migrating works', async () => {
    await migrate(database, [create])
    await scratch.query('DROP TABLE hubspot.deal')
    expect((await migrate(database, [create])).applied).toEqual([])
    await expect(check()).rejects.toMatchObject({ fix: expect.stringContaining('schema.sql') })
    await scratch.query(dealTableSql)
    await check()
  })

  test('it is not ours', async () => {
    await scratch.query(
      'CREATE SCHEMA hubspot; CREATE TABLE hubspot.deal (id int, portal_id bigint)',
    )
    await expect(check()).rejects.toMatchObject({
      code: 'TABLE_NOT_OURS',
      message: expect.stringContaining('`id bigint`, `is_deleted boolean`'),
    })
  })

  test('it lacks columns or has them otherwise', async () => {
    await migrate(database, [create])
    await scratch.query(`ALTER TABLE hubspot.deal DROP property_closedate,
      ALTER property_dealname TYPE varchar(20)`)
    await expect(check()).rejects.toMatchObject({
      code: 'TABLE_OUTDATED',
      message:
        '`hubspot.deal` differs from the generated files: column `property_closedate timestamptz` is missing; column `property_dealname` is `character varying(20)`, not `text`',
    })
  })
})
