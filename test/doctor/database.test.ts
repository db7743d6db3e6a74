import { cp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  createDatabase,
  olderVersion,
  postgres15Missing,
  startPostgres15,
  type TestDatabase,
} from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'
import { pgBouncerMissing, startPgBouncer } from '../support/start-pgbouncer.ts'
import { examineWith } from './examine-project.ts'

let project: Project
let database: TestDatabase

beforeAll(async () => {
  project = await openProject({ records: { tasks: 8 } })
  database = await createDatabase()
  await typed('explore', 'tasks')
  await typed('generate', '--all')
})

beforeEach(() => {
  project.environment['DATABASE_URL'] = database.url
})

afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await database.close()
})

async function typed(...args: readonly string[]): Promise<void> {
  const { exitCode, err } = await project.hubgen(...args)
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
}

const schemas = `SELECT nspname FROM pg_namespace WHERE nspname IN ('hubgen', 'hubspot')`

test('migrations that are pending come first, and an empty database stays empty', async () => {
  const { exitCode, find, summary } = await examineWith(project)
  expect(exitCode).toBe(1)
  expect(find('migrations')).toMatchObject({
    state: 'failed',
    found: expect.stringMatching(
      /^1 migration not applied yet: `0001_tasks_create_[0-9a-f]{8}\.sql`$/,
    ),
    fix: '`hubgen migrate`; `hubgen migrate --plan` shows them first',
  })
  expect(find('state_tables')).toMatchObject({ state: 'warning', fix: '`hubgen migrate`' })
  expect(find('table')).toMatchObject({ state: 'skipped', found: 'migrations are pending' })
  expect(find('companion_tables')).toMatchObject({ state: 'skipped' })
  expect(find('table_portal')).toMatchObject({ state: 'skipped' })
  expect(find('copy')).toMatchObject({ state: 'warning', found: 'nothing was synced yet' })
  expect(summary).toMatchObject({ failed: 1, next: 'hubgen migrate' })
  expect(await database.query(schemas)).toEqual([])
})

test('remedies name the folder where it is not the usual one', async () => {
  await cp(join(project.directory, 'generated'), join(project.directory, 'elsewhere'), {
    recursive: true,
  })
  const { find, summary } = await examineWith(project, '--directory', 'elsewhere')
  expect(find('migrations')?.fix).toMatch(/^`hubgen migrate --directory elsewhere`/)
  expect(find('copy')?.fix).toBe('`hubgen sync tasks --directory elsewhere`')
  expect(summary.next).toBe('hubgen migrate --directory elsewhere')
  await rm(join(project.directory, 'elsewhere'), { recursive: true })
})

test('a role that may create nothing gets the name of one that may', async () => {
  const url = await createRole(database)
  project.environment['DATABASE_URL'] = url.href
  expect((await examineWith(project)).find('rights')).toMatchObject({
    state: 'failed',
    found: 'there is no schema `hubgen`, `hubspot` yet, and the role may not create it',
    fix: expect.stringContaining(
      `GRANT CREATE ON DATABASE "${database.name}" TO "${url.username}"`,
    ),
  })
  project.environment['DATABASE_URL'] = database.url
  await typed('migrate')
  await typed('sync', 'tasks')
  project.environment['DATABASE_URL'] = url.href
  expect((await examineWith(project)).find('rights')).toMatchObject({
    state: 'failed',
    found: 'the role may not use schema `hubgen`, schema `hubspot`',
  })
  await database.query(`GRANT USAGE ON SCHEMA hubgen, hubspot TO ${url.username};
    GRANT SELECT ON ALL TABLES IN SCHEMA hubgen, hubspot TO ${url.username};
    CREATE TABLE hubspot.somebody_elses (id int)`)
  const read = await examineWith(project)
  expect(read.find('rights')).toMatchObject({
    state: 'failed',
    found: expect.stringMatching(
      /^the role may not INSERT, UPDATE, DELETE in `hubgen\.alert`, .* and \d+ more$/,
    ),
    fix: expect.stringContaining('ON ALL TABLES IN SCHEMA "hubgen", "hubspot" TO'),
  })
  await database.query(
    `GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA hubgen, hubspot TO ${url.username};
     REVOKE ALL ON hubspot.somebody_elses FROM ${url.username}`,
  )
  const write = await examineWith(project)
  expect(write.exitCode).toBe(0)
  expect(write.find('rights')?.found).toBe(
    'the role may write; migrations need a role that may create tables',
  )
  await database.query('ALTER TABLE hubspot.task ENABLE ROW LEVEL SECURITY')
  expect((await examineWith(project)).find('rights')).toMatchObject({
    state: 'failed',
    found: 'row-level security of `hubspot.task` has no policy for this role',
    fix: expect.stringContaining('CREATE POLICY hubgen_sync ON "hubspot"."task" TO'),
  })
  await database.query(
    `CREATE POLICY hubgen_sync ON hubspot.task TO ${url.username} USING (true) WITH CHECK (true)`,
  )
  expect((await examineWith(project)).find('rights')).toMatchObject({ state: 'ok' })
  await database.query('ALTER TABLE hubspot.task DISABLE ROW LEVEL SECURITY')
  await database.query(`DROP TABLE hubspot.somebody_elses; DROP OWNED BY ${url.username};
    DROP ROLE ${url.username}`)
})

async function createRole({ name, query, url }: TestDatabase): Promise<URL> {
  await query(`CREATE ROLE reader_${name} LOGIN PASSWORD 'geheim'`)
  const login = new URL(url)
  login.username = `reader_${name}`
  login.password = 'geheim'
  return login
}

test('a migration that was changed after it had been applied', async () => {
  const [name = ''] = await readdir(join(project.directory, 'generated/migrations'))
  const path = `generated/migrations/${name}`
  const text = await project.read(path)
  await project.write(path, `${text}-- changed\n`)
  const { find } = await examineWith(project)
  expect(find('migrations')).toMatchObject({
    state: 'failed',
    found: expect.stringContaining(`before \`${name}\` changed`),
    fix: expect.stringContaining('git checkout'),
  })
  expect(find('files')).toMatchObject({ state: 'warning' })
  await project.write(path, text)
})

test('a column that is gone, and a view', async () => {
  await database.query('DROP VIEW hubspot.task_labelled')
  expect((await examineWith(project)).find('companion_tables')).toMatchObject({
    state: 'warning',
    found: '1 difference in indexes, companion tables, labels or views',
    fix: '`hubgen migrate` updates labels and views; `hubgen diff tasks` lists the rest',
  })
  await typed('migrate')
  await database.query('ALTER TABLE hubspot.task DROP COLUMN "property_hs_task_body" CASCADE')
  const { exitCode, find } = await examineWith(project)
  expect(exitCode).toBe(1)
  expect(find('table')).toMatchObject({
    state: 'failed',
    found: expect.stringContaining('column `property_hs_task_body text` is missing'),
  })
  expect(find('table_portal')).toMatchObject({ state: 'ok' })
  await database.query('ALTER TABLE hubspot.task ADD COLUMN "property_hs_task_body" text')
  await typed('migrate')
})

test('runs that ended unexpectedly, that are silent, and copies that are old', async () => {
  const copy = async () => (await examineWith(project)).find('copy')
  expect(await copy()).toMatchObject({ state: 'ok' })
  await database.query(`UPDATE hubgen.pass SET fresh_as_of = now() - interval '50 hours'`)
  expect(await copy()).toMatchObject({
    state: 'warning',
    found: 'the copy is 50 hours old',
    fix: '`hubgen sync tasks`',
  })
  await database.query(`
    WITH run AS (
      INSERT INTO hubgen.run (entity, mode) VALUES ('tasks', 'incremental') RETURNING id
    )
    INSERT INTO hubgen.lease (entity, run_id, holder, heartbeat_at, expires_at)
    SELECT 'tasks', id, 'machine, process 4711', now() - interval '45 seconds',
      now() + interval '1 day' FROM run`)
  expect(await copy()).toMatchObject({
    state: 'warning',
    found: expect.stringMatching(/^run \d+ has not renewed its lease for \d+ s: .* may be dead$/),
    at: 'machine, process 4711',
  })
  await database.query(`UPDATE hubgen.lease SET heartbeat_at = now() + interval '1 hour'`)
  expect(await copy()).toMatchObject({ state: 'ok', found: expect.stringMatching(/ is active$/) })
  await database.query('UPDATE hubgen.lease SET expires_at = now()')
  expect(await copy()).toMatchObject({
    state: 'warning',
    found: 'the last sync was interrupted; the next one resumes it',
  })
  await database.query(`UPDATE hubgen.run SET outcome = 'failed', error = E'TOKEN_REJECTED: \\u001b[31m'
    WHERE outcome IS NULL`)
  const { out } = await project.hubgen('doctor')
  expect(out).toContain('  warn  tasks: the last sync failed: TOKEN_REJECTED: \\u001B[31m\n')
})

test('a database that accepts no writes', async () => {
  await database.query(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`)
  const { exitCode, find } = await examineWith(project)
  expect(exitCode).toBe(1)
  expect(find('server')).toMatchObject({
    state: 'failed',
    found: expect.stringMatching(/^Postgres 18\.\d+ accepts no writes$/),
  })
  await database.query(`SET default_transaction_read_only = off;
    ALTER DATABASE ${database.name} RESET default_transaction_read_only`)
})

test('files that differ, a module that cannot be loaded, and a package of the wrong type', async () => {
  const table = await project.read('generated/tasks/table.ts')
  await project.write('generated/tasks/table.ts', `${table}\n// mine\n`)
  expect((await examineWith(project)).find('files')).toMatchObject({
    state: 'warning',
    found: '1 file differs from the analyses: `tasks/table.ts`',
    fix: expect.stringContaining('`hubgen generate --all --check`'),
  })
  await project.write('generated/tasks/table.ts', table)
  const sync = await project.read('generated/tasks/entity.ts')
  await project.write('generated/tasks/entity.ts', 'export const nothing = (')
  const broken = await examineWith(project)
  expect(broken.exitCode).toBe(1)
  expect(broken.find('modules')).toMatchObject({
    state: 'failed',
    entity: 'tasks',
    at: 'generated/tasks/entity.ts',
  })
  await project.write('generated/tasks/entity.ts', sync)
  await project.write('package.json', '{"type":"commonjs"}')
  expect((await examineWith(project)).find('package')).toMatchObject({
    state: 'failed',
    at: 'package.json',
    fix: '`npm pkg set type=module`',
  })
  await project.write('package.json', '{"type":"module"}')
  await writeFile(join(project.directory, 'hubgen.config.ts'), 'export default { entites: [] }')
  expect((await examineWith(project)).find('config')).toMatchObject({
    state: 'failed',
    found: expect.stringContaining('entites'),
  })
  await writeFile(join(project.directory, 'hubgen.config.ts'), 'export default {}')
})

test.skipIf(postgres15Missing)(
  `Postgres 15 is new enough ${postgres15Missing ?? ''}`.trim(),
  async () => {
    await using server = await startPostgres15()
    await using older = await createDatabase(server.url)
    project.environment['DATABASE_URL'] = older.url
    await typed('migrate')
    const { exitCode, find } = await examineWith(project)
    expect(exitCode).toBe(0)
    expect(find('server')?.found).toMatch(
      new RegExp(`^Postgres ${olderVersion}\\..+ accepts writes$`),
    )
    expect(find('companion_tables')).toMatchObject({ state: 'ok' })
    expect(find('rights')).toMatchObject({ state: 'ok' })
  },
)

test.skipIf(pgBouncerMissing)(
  `a pooler is recognized, and all else works through it ${pgBouncerMissing ?? ''}`.trim(),
  async () => {
    await using pooler = await startPgBouncer(database.url)
    project.environment['DATABASE_URL'] = pooler.url
    const { exitCode, find, findings } = await examineWith(project)
    expect(exitCode).toBe(0)
    expect(find('pooler')?.found).toMatch(/^through a pooler/)
    expect(findings.filter(({ state }) => state === 'skipped')).toEqual([])
  },
)
