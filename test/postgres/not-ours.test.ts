import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { copyDatabase, createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'

let project: Project
let database: TestDatabase

beforeAll(async () => {
  project = await openProject({ records: { notes: 3, contacts: 3, companies: 2, deals: 2 } })
  const answers = [
    await project.hubgen('explore', 'notes'),
    await project.hubgen('generate', 'notes'),
  ]
  expect(answers.map(({ exitCode }) => exitCode)).toEqual([0, 0])
})

afterAll(() => project[Symbol.asyncDispose]())

beforeEach(async () => {
  await database?.[Symbol.asyncDispose]()
  database = await createDatabase()
  project.environment['DATABASE_URL'] = database.url
})

afterAll(() => database[Symbol.asyncDispose]())

/** The statement that makes a table as hubgen does, but without its comment. */
async function createOf(table: string): Promise<string> {
  const files = ['generated/notes/labels.sql', 'generated/notes/schema.sql']
  const texts = await Promise.all(files.map((file) => project.read(file)))
  const create = new RegExp(
    `^CREATE TABLE (?:IF NOT EXISTS )?hubspot\\.${table} \\([\\s\\S]*?\\n\\);$`,
    'm',
  )
  const [statement] = create.exec(texts.join('\n')) ?? []
  if (statement === undefined) throw new Error(`no table ${table}`)
  return statement
}

const contents = () =>
  database.query(`SELECT oid::regclass::text AS table, obj_description(oid) AS comment FROM pg_class
    WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('hubspot', 'hubgen'))
    ORDER BY 1`)

const shared = [
  'property',
  'property_option',
  'owner',
  'team',
  'owner_team',
  'users',
  'role',
  'team_user',
]

describe('tables of another tool, whose shape fits', () => {
  test.each([...shared, 'note', 'note_contact', 'merged_note'])(
    '%s: migrate, migrate --plan and doctor refuse before anything is written',
    async (table) => {
      await database.query(`CREATE SCHEMA hubspot; ${await createOf(table)}`)
      const before = await contents()
      for (const command of [['migrate', '--plan'], ['migrate'], ['migrate', '--json']]) {
        const { exitCode, out, err } = await project.hubgen(...command)
        expect(exitCode).toBe(1)
        expect(`${out}${err}`).toContain('TABLE_NOT_OURS')
        expect(`${out}${err}`).toContain(`hubspot.${table}`)
        expect(`${out}${err}`).toContain('hubspot_neon')
      }
      const doctor = await project.hubgen('doctor', '--json')
      expect(doctor.exitCode).toBe(1)
      expect(doctor.out).toContain(`hubspot.${table}`)
      expect(await contents()).toEqual(before)
    },
  )

  test('a view in the place of a table is not ours either', async () => {
    await database.query('CREATE SCHEMA hubspot; CREATE VIEW hubspot.owner AS SELECT 1 AS owner_id')
    expect((await project.hubgen('migrate')).err).toContain('TABLE_NOT_OURS')
  })

  test.each(['VIEW', 'MATERIALIZED VIEW', 'TABLE'])(
    'a %s in the place of a labelled view is not replaced, and nothing else is written',
    async (kind) => {
      await database.query(`CREATE SCHEMA hubspot;
        CREATE ${kind} hubspot.note_labelled AS SELECT 1 AS theirs`)
      const before = await contents()
      for (const command of [['migrate', '--plan'], ['migrate'], ['doctor', '--json']]) {
        const { exitCode, out, err } = await project.hubgen(...command)
        expect(exitCode).toBe(1)
        expect(`${out}${err}`.replaceAll(/\s+/g, ' ')).toContain(
          '`hubspot.note_labelled` was not made by hubgen',
        )
      }
      expect(await contents()).toEqual(before)
      expect(await database.query('SELECT * FROM hubspot.note_labelled')).toEqual([{ theirs: 1 }])
    },
  )
})

describe('after hubgen has migrated', () => {
  beforeEach(async () => {
    await database[Symbol.asyncDispose]()
    database = await copyDatabase('migrated notes', async ({ url }) => {
      project.environment['DATABASE_URL'] = url
      expect((await project.hubgen('migrate')).exitCode).toBe(0)
    })
    project.environment['DATABASE_URL'] = database.url
  })

  test('every table bears the mark', async () => {
    const unmarked = await database.query(`SELECT relname FROM pg_class
      WHERE relnamespace = 'hubspot'::regnamespace AND relkind = 'r'
      AND coalesce(obj_description(oid), '') NOT LIKE '%synced by hubgen%'`)
    expect(unmarked).toEqual([])
  })

  test.each(['owner', 'users', 'property_option', 'note'])(
    '%s that another tool made in its place: sync, doctor and migrate refuse',
    async (table) => {
      expect((await project.hubgen('sync', 'notes')).exitCode).toBe(0)
      await database.query(`DROP TABLE hubspot.${table} CASCADE; ${await createOf(table)}`)
      const runs = () => database.query("SELECT id FROM hubgen.run WHERE outcome <> 'not_started'")
      const before = await runs()
      for (const command of [
        ['sync', 'notes'],
        ['sync', 'notes', '--plan'],
        ['migrate'],
        ['doctor'],
      ]) {
        const { exitCode, out, err } = await project.hubgen(...command)
        expect(exitCode).not.toBe(0)
        expect(`${out}${err}`.replaceAll(/\s+/g, ' ')).toContain('was not made by hubgen')
      }
      expect(await runs()).toEqual(before)
      expect(await database.query(`SELECT * FROM hubspot.${table}`)).toEqual([])
    },
  )

  test('tables of an earlier version, which had no mark, are ours and get it', async () => {
    for (const table of shared.slice(0, 5)) {
      await database.query(`COMMENT ON TABLE hubspot.${table} IS NULL`)
    }
    await database.query(`DROP TABLE hubspot.users, hubspot.role, hubspot.team_user;
      ALTER TABLE hubspot.owner_team DROP COLUMN _fivetran_deleted;
      ALTER TABLE hubspot.property DROP COLUMN created_at, DROP COLUMN _fivetran_id;
      ALTER TABLE hubspot.property_option DROP COLUMN property_id`)
    expect((await project.hubgen('sync', 'notes')).exitCode).toBe(0)
    expect((await project.hubgen('migrate')).exitCode).toBe(0)
    expect((await project.hubgen('sync', 'notes', '--full')).exitCode).toBe(0)
    const [found] = await database.query(`SELECT
      (SELECT count(*)::int FROM hubspot.users) > 0 AS users,
      (SELECT bool_and(_fivetran_id = 'note.' || name) FROM hubspot.property) AS ids,
      (SELECT bool_and(property_id = 'note.' || name) FROM hubspot.property_option) AS options,
      (SELECT count(created_at) > 0 FROM hubspot.property) AS times,
      obj_description('hubspot.owner'::regclass) AS comment`)
    expect(found).toEqual({
      users: true,
      ids: true,
      options: true,
      times: true,
      comment: 'Owners of records in HubSpot, synced by hubgen',
    })
  })

  test('a foreign table next to those of an earlier version is not taken over', async () => {
    for (const table of shared.slice(0, 5)) {
      await database.query(`COMMENT ON TABLE hubspot.${table} IS NULL`)
    }
    await database.query('COMMENT ON TABLE hubspot.users IS NULL')
    expect((await project.hubgen('migrate')).err).toMatch(/TABLE_NOT_OURS[\s\S]*hubspot\.users/)
  })

  test('a labelled view is ours by its comment, by the list of views, or by its query', async () => {
    const { exitCode } = await project.hubgen('migrate')
    expect(exitCode).toBe(0)
    const file = await project.read('generated/notes/labelled.sql')
    const states = [
      'DELETE FROM hubgen.view',
      'COMMENT ON VIEW hubspot.note_labelled IS NULL',
      `DELETE FROM hubgen.view; DROP VIEW hubspot.note_labelled; ${file}`,
    ]
    for (const state of states) {
      await database.query(state)
      expect(await project.hubgen('migrate')).toMatchObject({ exitCode: 0, err: '' })
    }
    await database.query(`DELETE FROM hubgen.view; DROP VIEW hubspot.note_labelled;
      CREATE VIEW hubspot.note_labelled AS SELECT id AS theirs FROM hubspot.note`)
    expect((await project.hubgen('migrate')).err).toContain('TABLE_NOT_OURS')
  })

  test('a comment that a person changed does not matter once a sync has filled the table', async () => {
    await database.query("COMMENT ON TABLE hubspot.note IS 'before the first sync'")
    expect((await project.hubgen('migrate')).exitCode).toBe(0)
    await database.query("COMMENT ON TABLE hubspot.note IS 'HubSpot Notes, synced by hubgen'")
    expect((await project.hubgen('sync', 'notes')).exitCode).toBe(0)
    await database.query(
      "COMMENT ON TABLE hubspot.note IS 'notes'; COMMENT ON TABLE hubspot.owner IS ''",
    )
    expect((await project.hubgen('sync', 'notes')).exitCode).toBe(0)
    expect((await project.hubgen('migrate')).exitCode).toBe(0)
  })
})

describe('where a program made the tables itself, without migrations and comments', () => {
  beforeEach(async () => {
    const files = ['generated/notes/schema.sql', 'generated/notes/labels.sql']
    const texts = await Promise.all(files.map((file) => project.read(file)))
    await database.query(`${texts.join('\n')}
      TRUNCATE hubspot.property, hubspot.property_option`)
    const tables = await database.query<{ name: string }>(
      `SELECT oid::regclass::text AS name FROM pg_class
       WHERE relnamespace = 'hubspot'::regnamespace AND relkind = 'r'`,
    )
    for (const { name } of tables) await database.query(`COMMENT ON TABLE ${name} IS NULL`)
  })

  test('empty ones are filled, and synced again', async () => {
    for (let run = 0; run < 2; run += 1) {
      const { exitCode, err } = await project.hubgen('sync', 'notes', '--full')
      expect([exitCode, err]).toEqual([0, ''])
      expect(await database.query('SELECT FROM hubspot.note')).toHaveLength(3)
      expect(await database.query('SELECT FROM hubspot.owner')).not.toHaveLength(0)
    }
  })

  test.each(['owner', 'note', 'merged_note'])(
    '%s with a row of another tool is refused, and the row stays',
    async (table) => {
      const rows: Readonly<Record<string, string>> = {
        owner: `INSERT INTO hubspot.owner (owner_id, portal_id, is_active, email) VALUES (1, 1, true, 'theirs')`,
        note: `INSERT INTO hubspot.note (id, portal_id, updated_at) VALUES (1, 1, now())`,
        merged_note: `INSERT INTO hubspot.merged_note (note_id, merged_note_id) VALUES (1, 2)`,
      }
      await database.query(rows[table] ?? '')
      const before = await database.query(`SELECT * FROM hubspot.${table}`)
      const { exitCode, out, err } = await project.hubgen('sync', 'notes')
      expect(exitCode).toBe(1)
      expect(`${out}${err}`).toContain(`\`hubspot.${table}\` was not made by hubgen`)
      expect(await database.query(`SELECT * FROM hubspot.${table}`)).toEqual(before)
    },
  )
})
