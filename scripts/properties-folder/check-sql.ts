import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Analysis, ColumnType } from '../../generator/model/analysis.ts'
import { labelledViewName } from '../../generator/model/labels.ts'
import { tableColumns } from '../../generator/model/table-columns.ts'
import { sqlIdentifier, sqlTable } from '../../generator/render/text/escape-sql.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { applyLabels } from '../../runtime/postgres/schema/apply-labels.ts'
import { migrate } from '../../runtime/postgres/schema/migrate.ts'

/** A row is limited to 8,160 bytes: more filled columns would not fit, which is tested elsewhere. */
const FILLED_COLUMNS = 400

const SAMPLES: Readonly<Record<ColumnType, string>> = {
  text: `'a;b'`,
  numeric: '12.5',
  bigint: '9007199254740995',
  boolean: 'true',
  date: `'2026-03-12'`,
  timestamptz: `'2026-03-12T07:36:23.415Z'`,
  jsonb: `'{"a": [1, null]}'`,
}

/** Applies the migrations to a new database and runs the reports on the empty and the filled table. */
export async function checkSql(
  serverUrl: string,
  analysis: Analysis,
  files: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const name = `properties_${randomBytes(6).toString('hex')}`
  await runAlone(serverUrl, `CREATE DATABASE ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  try {
    await applyMigrations(url.href, analysis, files)
    await runReports(url.href, analysis, files)
    await runAlone(url.href, insertRecords(analysis))
    await runReports(url.href, analysis, files)
    await runAlone(
      url.href,
      `SELECT * FROM ${sqlTable('hubspot', labelledViewName(analysis.table))}`,
    )
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  } finally {
    await runAlone(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`)
  }
}

async function applyMigrations(
  url: string,
  { entity }: Analysis,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const textOf = (name: string) => files.get(`${entity}/${name}`) ?? ''
  const migrations = [...files]
    .filter(([path]) => path.startsWith('migrations/'))
    .map(([path, sql]) => ({ name: path.slice('migrations/'.length), sql }))
  await using database = await openDatabase(
    readDatabaseSettings({ DATABASE_URL: url }, process.cwd()),
  )
  const first = await migrate(database, migrations)
  const second = await migrate(database, migrations)
  if (first.applied.length !== migrations.length || second.applied.length !== 0) {
    throw new Error('the migrations were not applied exactly once')
  }
  const labels = { entity, labels: textOf('labels.sql'), labelled: textOf('labelled.sql') }
  await applyLabels(database, [labels])
}

async function runReports(
  url: string,
  { entity }: Analysis,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  for (const report of ['queries.sql', 'quality.sql']) {
    const sql = files.get(`${entity}/${report}`)
    if (sql === undefined) throw new Error(`${report} is missing`)
    await runAlone(url, sql)
  }
}

function insertRecords(analysis: Analysis): string {
  const { table } = analysis
  const filled = tableColumns(analysis).slice(0, FILLED_COLUMNS)
  const columns = ['id', 'portal_id', 'updated_at', ...filled.map(({ column }) => column.name)]
  const values = ['2', '8100142', 'now()', ...filled.map(({ column }) => SAMPLES[column.type])]
  return `
    INSERT INTO ${sqlTable('hubspot', table)} (id, portal_id, updated_at) VALUES (1, 8100142, now());
    INSERT INTO ${sqlTable('hubspot', table)} (${columns.map(sqlIdentifier).join(', ')})
    VALUES (${values.join(', ')})`
}

async function runAlone(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
