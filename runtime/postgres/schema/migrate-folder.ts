import type { Database } from '../connection/database.ts'
import type { LabelReport } from './apply-labels.ts'
import { type MigrateOptions, type MigrationReport, migrateWithLabels } from './migrate.ts'
import { readViewFiles } from './read-label-files.ts'
import { readMigrations } from './read-migrations.ts'

/**
 * Runs `hubgen migrate` for a folder of generated files, usually `generated`: applies new migrations, then
 * brings labels and views up to date. Safe to run repeatedly and concurrently.
 */
export async function migrateFolder(
  database: Database,
  directory: string,
  options: MigrateOptions = {},
): Promise<MigrationReport & LabelReport> {
  const [files, labels] = await Promise.all([readMigrations(directory), readViewFiles(directory)])
  return migrateWithLabels(database, files, labels, options)
}
