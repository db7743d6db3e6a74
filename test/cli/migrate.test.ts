import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dealTableSql } from '../support/deal-table.ts'
import type { NodeProcess } from '../support/node-process.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { runHubgen, startHubgen } from '../support/run-hubgen.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let scratch: TestDatabase

beforeEach(async () => {
  directory = await temporaryDirectory()
  scratch = await createDatabase()
  const migrations = join(directory.path, 'generated', 'migrations')
  await mkdir(migrations, { recursive: true })
  await writeFile(join(migrations, '0001_deals_create.sql'), dealTableSql)
  await writeFile(join(migrations, 'notes.txt'), 'not a migration')
})

afterEach(async () => {
  await scratch.close()
  await directory[Symbol.asyncDispose]()
})

const start = (environment: NodeJS.ProcessEnv, ...args: readonly string[]) =>
  startHubgen(directory.path, args, environment)

const run = (environment: NodeJS.ProcessEnv, ...args: readonly string[]) =>
  runHubgen(directory.path, args, environment)

async function stop(process: NodeProcess): Promise<number | null> {
  process.kill('SIGINT')
  return process.ended
}

test('migrate says what it applied and what comes next, and may run again', async () => {
  const environment = { DATABASE_URL: scratch.url }
  expect(await run(environment, 'migrate')).toEqual({
    exitCode: 0,
    output: `Connected to ${new URL(scratch.url).host}/${scratch.name}.
Applying 0001_deals_create.sql.

  applied          0001_deals_create.sql

1 applied, 0 already applied; labels up to date.
next: hubgen sync deals
`,
    errors: '',
  })
  const again = await run(environment, 'migrate', '--json')
  expect(JSON.parse(again.output)).toEqual({
    event: 'migrated',
    applied: [],
    alreadyApplied: ['0001_deals_create.sql'],
    views: [],
  })
  expect(await scratch.query('SELECT FROM hubspot.deal')).toEqual([])
})

test('migrate --plan prints the pending SQL and what it meets, and changes nothing', async () => {
  const environment = { DATABASE_URL: scratch.url }
  await run(environment, 'migrate')
  const added = `-- Lock: ACCESS EXCLUSIVE on hubspot.deal, for an instant.
ALTER TABLE hubspot.deal
  ADD COLUMN IF NOT EXISTS property_more text;
`
  const path = join(directory.path, 'generated', 'migrations', '0002_deals_add_more.sql')
  await writeFile(path, added)
  const planned = await run(environment, 'migrate', '--plan')
  expect(planned).toMatchObject({ exitCode: 0, errors: '' })
  expect(planned.output).toMatch(
    /^0002_deals_add_more\.sql\n {2}table {2}hubspot\.deal: rows unknown until ANALYZE, \d+ kB\n {2}fit {4}hubspot\.deal: \d+ of 1,600 columns used, 1 to be added; \d+ index(?:es)?\n {2}lock {3}ACCESS EXCLUSIVE on hubspot\.deal, for an instant\n\n-- Lock/m,
  )
  expect(planned.output).toContain(added)
  expect(planned.output).toContain('\n1 pending, nothing was changed.\nnext: hubgen migrate\n')
  const asJson = await run(environment, 'migrate', '--plan', '--json')
  expect(JSON.parse(asJson.output)).toMatchObject({
    event: 'planned',
    pending: [{ name: '0002_deals_add_more.sql', sql: added, tables: [{ rows: null }] }],
  })
  await expect(scratch.query('SELECT property_more FROM hubspot.deal')).rejects.toThrow()
  await run(environment, 'migrate')
  expect((await run(environment, 'migrate', '--plan')).output).toContain('Nothing is pending.')
  expect(await scratch.query('SELECT property_more FROM hubspot.deal')).toEqual([])
})

test('migrate without migrations names the command that makes them', async () => {
  await rm(join(directory.path, 'generated'), { recursive: true })
  const { exitCode, errors } = await run({ DATABASE_URL: scratch.url }, 'migrate')
  expect(exitCode).toBe(1)
  expect(errors).toContain('error[MIGRATIONS_MISSING]')
  expect(errors).toContain('hubgen generate')
})

test('migrate fails without a stack when the database cannot be reached', async () => {
  const url = 'postgres://u:secret@127.0.0.1:1/d'
  const { exitCode, errors } = await run({ DATABASE_URL: url }, 'migrate')
  expect(exitCode).toBe(1)
  expect(errors).toMatch(/^error\[DATABASE_UNREACHABLE\]: no Postgres answers at `127.0.0.1:1`/)
  expect(errors).not.toContain('secret')
  expect(errors).not.toContain('    at ')
})

test('database opens what migrate made in the embedded Postgres, until Ctrl-C', async () => {
  const migrated = await run({}, 'migrate')
  expect(migrated.output).toContain('using the embedded Postgres in .hubgen/postgres')
  expect(migrated.exitCode).toBe(0)
  const serving = start({}, 'database', '--json')
  await serving.says(/\n/)
  const { url } = JSON.parse(serving.output()) as { url: string }
  const beside = await run({ DATABASE_URL: url }, 'migrate', '--json')
  expect(JSON.parse(beside.output)).toMatchObject({ alreadyApplied: ['0001_deals_create.sql'] })
  expect(await stop(serving)).toBe(0)
  const gone = await run({ DATABASE_URL: url }, 'migrate')
  expect(gone.errors).toContain('DATABASE_UNREACHABLE')
})

test("database prints a psql command for one's own server and ends", async () => {
  const { exitCode, output } = await run({ DATABASE_URL: scratch.url }, 'database')
  expect(exitCode).toBe(0)
  expect(output).toContain(`psql '${scratch.url}'`)
})
