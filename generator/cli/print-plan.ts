import { styleText } from 'node:util'
import type { Database } from '../../runtime/postgres/database.ts'
import type { MigrationFile } from '../../runtime/postgres/migrate.ts'
import {
  type PlannedMigration,
  planMigrate,
  type TableSize,
} from '../../runtime/postgres/plan-migrate.ts'

/** Prints what `hubgen migrate` would do, without doing it. */
export async function printPlan(
  database: Database,
  files: readonly MigrationFile[],
  format: 'text' | 'json',
): Promise<void> {
  const planned = await planMigrate(database, files)
  if (format === 'json') {
    process.stdout.write(`${JSON.stringify({ event: 'planned', pending: planned })}\n`)
    return
  }
  for (const migration of planned) process.stdout.write(`\n${describe(migration).join('\n')}\n`)
  const [counts, next] =
    planned.length === 0
      ? ['Nothing is pending.', 'hubgen sync --all']
      : [`${planned.length} pending, nothing was changed.`, 'hubgen migrate']
  process.stdout.write(`\n${counts}\nnext: ${styleText('bold', next)}\n`)
}

function describe({ name, sql, locks, tables }: PlannedMigration): readonly string[] {
  const facts = [
    ...tables.map((size) => `  table  ${describeSize(size)}`),
    ...locks.map((lock) => `  lock   ${lock}`),
  ]
  return [styleText('bold', name), ...facts, '', sql.trimEnd()]
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
