import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { styleText } from 'node:util'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import { labelledViewState, type ViewFiles } from '../../../runtime/postgres/schema/apply-labels.ts'
import {
  listLeftCompatViews,
  listOutdatedCompatViews,
} from '../../../runtime/postgres/schema/compat-views.ts'
import { checkOwnTables, type MigrationFile } from '../../../runtime/postgres/schema/migrate.ts'
import {
  type PlannedMigration,
  planMigrate,
  type TableSize,
} from '../../../runtime/postgres/schema/plan-migrate.ts'
import { print } from '../../../runtime/terminal/print.ts'
import type { Analysis } from '../../model/analysis.ts'
import { parseAnalysis } from '../../model/analysis-file.ts'
import { describeTableFit, fitOfMigration, type TableFit } from '../../project/plan-fit.ts'

/** The generated SQL: migrations and label files. */
export interface GeneratedSql {
  readonly files: readonly MigrationFile[]
  readonly labels: readonly ViewFiles[]
  readonly directory: string
}

/** Prints what `hubgen migrate` would do, without doing it. */
export async function printPlan(
  database: Database,
  { files, labels, directory }: GeneratedSql,
  format: 'text' | 'json',
): Promise<void> {
  await checkOwnTables(database, files, labels)
  const analyses = await readAnalyses(directory)
  const planned = (await planMigrate(database, files)).map((migration) => ({
    ...migration,
    fit: fitOfMigration(migration, analyses),
  }))
  const views = await viewsToMake(database, labels)
  const compatViews = await compatViewsToMake(database, labels)
  const leftViews = await listLeftCompatViews(
    database,
    labels.filter((file) => 'compat' in file),
  )
  if (format === 'json') {
    const compat = compatViews.length === 0 ? {} : { compatViews }
    const left = leftViews.length === 0 ? {} : { leftViews }
    const plan = { event: 'planned', pending: planned, views, ...compat, ...left }
    process.stdout.write(`${JSON.stringify(plan)}\n`)
    return
  }
  for (const migration of planned) {
    print(`\n${describe(migration).join('\n')}\n`)
    // As in the file: neither wrapped nor with the launcher in its comments, so that it can be pasted.
    process.stdout.write(`${migration.sql.trimEnd()}\n`)
  }
  for (const entity of views) {
    print(`labelled view of ${entity}: will be created from labelled.sql`)
  }
  for (const view of compatViews) {
    print(`view ${view}: will be created from compat/fivetran.sql`)
  }
  for (const view of leftViews) {
    print(
      `view ${view}: is in no generated file any more and stays; \`DROP VIEW ${view}\` removes it`,
    )
  }
  const [counts, next] =
    planned.length === 0
      ? ['Nothing is pending.', 'hubgen sync --all']
      : [`${planned.length} pending, nothing was changed.`, 'hubgen migrate']
  print(`\n${counts}\nnext: ${styleText('bold', next)}`)
}

/** Entities whose labelled view differs from the files. Label rows are not listed: every run updates them. */
async function viewsToMake(
  database: Database,
  files: readonly ViewFiles[],
): Promise<readonly string[]> {
  const entities: string[] = []
  for (const file of files) {
    if ('compat' in file) continue
    if ((await labelledViewState(database, file)) !== 'current') entities.push(file.entity)
  }
  return entities
}

async function compatViewsToMake(
  database: Database,
  files: readonly ViewFiles[],
): Promise<readonly string[]> {
  const outdated = await Promise.all(
    files.flatMap((file) => ('compat' in file ? listOutdatedCompatViews(database, file) : [])),
  )
  return outdated.flat().map(({ view }) => view.name)
}

/** Skips unusable analyses, because the plan is useful without them. */
async function readAnalyses(directory: string): Promise<readonly Analysis[]> {
  const paths = globSync('*/analysis.json', { cwd: directory }).toSorted()
  const texts = await Promise.all(paths.map((path) => readFile(join(directory, path), 'utf8')))
  return texts.flatMap((text) => {
    const parsed = parseAnalysis(text)
    return 'analysis' in parsed ? [parsed.analysis] : []
  })
}

interface Planned extends PlannedMigration {
  readonly fit: readonly TableFit[]
}

function describe({ name, locks, tables, fit }: Planned): readonly string[] {
  const facts = [
    ...tables.map((size) => `  table  ${describeSize(size)}`),
    ...fit.map((one) => `  fit    ${describeTableFit(one)}`),
    ...locks.map((lock) => `  lock   ${lock}`),
  ]
  return [styleText('bold', name), ...facts]
}

function describeSize({ table, rows, bytes }: TableSize): string {
  const count = rows === null ? 'rows unknown until ANALYZE' : `about ${formatCount(rows)} rows`
  return `${table}: ${count}, ${formatBytes(bytes)}`
}

function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US')
}

function formatBytes(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB']
  const power = Math.min(Math.max(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), 1), units.length)
  return `${Math.ceil(bytes / 1024 ** power)} ${units[power - 1]}`
}
