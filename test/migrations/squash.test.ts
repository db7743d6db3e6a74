import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { checksum, parseChecksums } from '../../generator/disk/checksums.ts'
import { applyPlan, readGeneratedFolder } from '../../generator/disk/generated-folder.ts'
import type { Analysis } from '../../generator/model/analysis.ts'
import { serializeAnalysis } from '../../generator/model/analysis-file.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { checkHistories, warnOfHistory } from '../../generator/project/crowded-history.ts'
import { planGeneration } from '../../generator/project/plan-generation.ts'
import { planSquash } from '../../generator/project/plan-squash.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { migrate } from '../../runtime/postgres/schema/migrate.ts'
import { migrateFolder } from '../../runtime/postgres/schema/migrate-folder.ts'
import { readMigrations } from '../../runtime/postgres/schema/read-migrations.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'
import { copyDatabase } from '../support/postgres.ts'
import { runHubgen } from '../support/run-hubgen.ts'
import { createMigrationState } from '../support/state-database.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let folder: string

beforeEach(async () => {
  const directory = await temporaryDirectory()
  folder = join(directory.path, 'generated')
  return () => directory[Symbol.asyncDispose]()
})

interface Opened {
  readonly database: Database
  query(sql: string): Promise<readonly Record<string, unknown>[]>
  readonly url: string
}

async function open(disposing: AsyncDisposableStack): Promise<Opened> {
  const scratch = disposing.use(await copyDatabase('migration state', createMigrationState))
  const settings = readDatabaseSettings({ DATABASE_URL: scratch.url }, '.')
  const database = disposing.use(await openDatabase(settings))
  return { database, query: (sql) => scratch.query(sql), url: scratch.url }
}

const association = {
  entity: 'contacts',
  objectTypeId: '0-1',
  types: [{ category: 'HUBSPOT_DEFINED', typeId: 3, label: null }],
}

function dealsWith(names: readonly string[], earlier: Analysis | null = null): Analysis {
  const definitions = names.map((name) => defineProperty(name))
  const facts = dealFacts(definitions, { associations: [association] })
  const { analysis } = buildAnalysis(facts, earlier, null)
  return { ...analysis, properties: analysis.properties.filter(({ archived }) => !archived) }
}

/** Explores and generates; what no analysis has any more is dropped. */
async function generate(analysis: Analysis): Promise<void> {
  await mkdir(join(folder, 'deals'), { recursive: true })
  await writeFile(join(folder, 'deals/analysis.json'), serializeAnalysis(analysis))
  const { plan, crowded } = await planGeneration(folder, 'all', 'dropped')
  checkHistories(crowded, folder)
  await applyPlan(folder, plan)
}

async function squash(): Promise<string> {
  const { plan, name } = await planSquash(folder, 'deals')
  await applyPlan(folder, plan)
  return name ?? ''
}

const migrations = async () =>
  [...(await readGeneratedFolder(folder)).keys()]
    .filter((path) => path.startsWith('migrations/'))
    .map((path) => path.slice('migrations/'.length))
    .sort()

const recorded = async ({ query }: Opened) =>
  (await query('SELECT name FROM hubgen.migration ORDER BY name')).map(({ name }) => name)

/** Tables, columns, keys, indexes and comments, whatever the order of columns. */
function schemaOf({ query }: Opened) {
  return query(`
    SELECT relname, attname, format_type(atttypid, atttypmod) AS type, attnotnull,
      pg_get_expr(adbin, adrelid) AS value, col_description(pg_class.oid, attnum) AS comment,
      obj_description(pg_class.oid) AS about,
      (SELECT array_agg(pg_get_indexdef(indexrelid) ORDER BY 1) FROM pg_index
        WHERE indrelid = pg_class.oid) AS indexes
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'hubspot'::regnamespace AND relkind = 'r'
    ORDER BY relname, attname`)
}

describe('a history of three files', () => {
  beforeEach(async () => {
    await generate(dealsWith(['amount', 'old']))
    await generate(dealsWith(['amount', 'old', 'risk']))
    await generate(dealsWith(['amount', 'risk']))
    expect(await migrations()).toHaveLength(3)
  })

  test('becomes one file, which a database that has run them takes over, and a new one runs alone', async () => {
    await using disposing = new AsyncDisposableStack()
    const old = await open(disposing)
    await migrateFolder(old.database, folder)
    await old.query(
      `INSERT INTO hubspot.deal (id, updated_at, property_risk) VALUES (1, now(), 'x')`,
    )
    const before = await migrations()
    const name = await squash()
    expect(name).toMatch(/^0001_deals_create_[0-9a-f]{8}\.sql$/)
    expect(await migrations()).toEqual([name, ...before.map((one) => `squashed/${one}`)])
    const files = await readGeneratedFolder(folder)
    const sums = parseChecksums(files.get('hubgen.sum') ?? '')
    for (const [path, sum] of sums)
      expect([path, sum]).toEqual([path, checksum(files.get(path) ?? '')])
    expect(sums.has(`migrations/${name}`)).toBe(true)
    expect((await planGeneration(folder, 'all')).plan.write.size).toBe(0)

    expect(await migrateFolder(old.database, folder)).toMatchObject({
      applied: [],
      alreadyApplied: [name],
    })
    expect(await recorded(old)).toEqual([name])
    expect(await migrateFolder(old.database, folder)).toMatchObject({ applied: [] })
    expect(await old.query('SELECT property_risk FROM hubspot.deal')).toEqual([
      { property_risk: 'x' },
    ])
    const fresh = await open(disposing)
    expect(await migrateFolder(fresh.database, folder)).toMatchObject({ applied: [name] })
    expect(await schemaOf(fresh)).toEqual(await schemaOf(old))
    expect(
      await fresh.query(`SELECT attname FROM pg_attribute
      WHERE attrelid = 'hubspot.deal'::regclass AND attisdropped`),
    ).toEqual([])
  })

  test('a database that was restored to an earlier state runs the rest of them first', async () => {
    await using disposing = new AsyncDisposableStack()
    const [fresh, restored] = [await open(disposing), await open(disposing)]
    const [first = '', ...others] = await migrations()
    const texts = await Promise.all(
      others.map((name) => readFile(join(folder, 'migrations', name), 'utf8')),
    )
    for (const name of others) await rm(join(folder, 'migrations', name))
    // Its labels are those of the last analysis.
    await migrate(restored.database, await readMigrations(folder))
    for (const [index, name] of others.entries())
      await writeFile(join(folder, 'migrations', name), texts[index] ?? '')
    const name = await squash()
    expect(await migrateFolder(restored.database, folder)).toMatchObject({
      applied: others,
      alreadyApplied: [first],
    })
    expect(await recorded(restored)).toEqual([name])
    await migrateFolder(fresh.database, folder)
    expect(await schemaOf(restored)).toEqual(await schemaOf(fresh))
  })

  test('without the folder of the squashed files such a database is named as older', async () => {
    await using disposing = new AsyncDisposableStack()
    const restored = await open(disposing)
    await migrateFolder(restored.database, folder)
    await restored.query(`DELETE FROM hubgen.migration WHERE name LIKE '0003%'`)
    await squash()
    await rm(join(folder, 'migrations/squashed'), { recursive: true })
    await expect(migrateFolder(restored.database, folder)).rejects.toMatchObject({
      code: 'MIGRATION_MISSING',
      message: expect.stringContaining('this database is older than `0001_deals_create'),
      fix: expect.stringContaining('generated/migrations/squashed'),
    })
  })

  test('can be squashed twice, whichever of it a database has run', async () => {
    await using disposing = new AsyncDisposableStack()
    const [oldest, older] = [await open(disposing), await open(disposing)]
    await migrateFolder(oldest.database, folder)
    await squash()
    await migrateFolder(older.database, folder)
    await generate(dealsWith(['amount', 'risk', 'third']))
    await migrateFolder(older.database, folder)
    const last = await squash()
    await migrateFolder(older.database, folder)
    const report = await migrateFolder(oldest.database, folder)
    expect(report.applied).toEqual([expect.stringMatching(/^0002_deals_add_third_/)])
    expect([await recorded(older), await recorded(oldest)]).toEqual([[last], [last]])
    expect(await schemaOf(oldest)).toEqual(await schemaOf(older))
  })

  test('that a squash left half-way is finished by the next one', async () => {
    await using disposing = new AsyncDisposableStack()
    const old = await open(disposing)
    await migrateFolder(old.database, folder)
    const { plan, name } = await planSquash(folder, 'deals')
    await applyPlan(folder, { ...plan, remove: plan.remove.slice(1) })
    await expect(migrateFolder(old.database, folder)).rejects.toMatchObject({
      code: 'MIGRATIONS_CLASH',
      fix: expect.stringContaining('hubgen squash deals'),
    })
    expect(await squash()).toBe('')
    expect((await migrations()).filter((path) => !path.startsWith('squashed/'))).toEqual([name])
    expect(await migrateFolder(old.database, folder)).toMatchObject({ applied: [] })
  })
})

test('a history of more than 1,600 columns is refused, and accepted once it is squashed', async () => {
  await using disposing = new AsyncDisposableStack()
  const old = await open(disposing)
  const wave = (from: number) => Array.from({ length: 500 }, (_, index) => `p${from + index}`)
  for (const from of [0, 400, 800]) {
    await generate(dealsWith(wave(from)))
    await migrateFolder(old.database, folder)
  }
  const crowded = { table: 'hubspot.deal', usedColumns: 1_306, droppedColumns: 800 }
  expect((await migrateFolder(old.database, folder)).crowded).toEqual([crowded])
  const { crowded: histories } = await planGeneration(folder, 'all')
  expect(histories).toEqual([{ entity: 'deals', ...crowded }])
  expect(histories.map(warnOfHistory)).toEqual([
    expect.stringMatching(/use 1306 of the 1600 columns .*`hubgen squash deals`/),
  ])
  await expect(generate(dealsWith(wave(1_200)))).rejects.toMatchObject({
    code: 'TABLE_FULL',
    fix: expect.stringContaining('`hubgen squash deals`'),
  })
  await squash()
  await generate(dealsWith(wave(1_200)))
  const fresh = await open(disposing)
  await migrateFolder(fresh.database, folder)
  const full: { fix?: string } = await migrateFolder(old.database, folder).then(
    () => ({}),
    (error: { fix?: string }) => error,
  )
  // The statements of its fix work.
  const [, drop = ''] = /`(DROP TABLE .*?)`/.exec(full.fix ?? '') ?? []
  expect(drop).toContain('DELETE FROM hubgen.migration')
  await old.query(drop)
  await migrateFolder(old.database, folder)
  expect(await schemaOf(old)).toEqual(await schemaOf(fresh))
})

test('the command wants every database to have run them, and shows its plan', async () => {
  await using disposing = new AsyncDisposableStack()
  const [main, staging] = [await open(disposing), await open(disposing)]
  await generate(dealsWith(['amount']))
  await generate(dealsWith(['amount', 'risk']))
  const project = join(folder, '..')
  const run = (...args: readonly string[]) =>
    runHubgen(project, ['squash', 'deals', ...args], {
      DATABASE_URL: main.url,
      STAGING_URL: staging.url,
    })
  const early = await run()
  expect(early.exitCode).toBe(1)
  expect(early.errors).toContain('error[MIGRATIONS_NOT_RUN]')
  await migrateFolder(main.database, folder)
  expect((await run('--also', 'STAGING_URL')).errors).toContain('error[MIGRATIONS_NOT_RUN]')
  expect((await run('--also', 'NONE_URL')).errors).toContain('no environment variable `NONE_URL`')
  await migrateFolder(staging.database, folder)
  const before = await migrations()
  const plan = await run('--also', 'STAGING_URL', '--plan')
  expect(plan).toMatchObject({ exitCode: 0, errors: '' })
  expect(plan.output).toContain('2 files become 0001_deals_create_')
  expect(plan.output).toContain('next: hubgen squash deals --also STAGING_URL')
  expect(await migrations()).toEqual(before)
  expect(await run('--also', 'STAGING_URL')).toMatchObject({ exitCode: 0, errors: '' })
  expect(await migrations()).toHaveLength(3)
  expect((await run()).output).toContain('its migrations are one file already')
})
