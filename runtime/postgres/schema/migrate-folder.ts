import type { Database } from '../connection/database.ts'
import type { LabelReport } from './apply-labels.ts'
import { type MigrateOptions, type MigrationReport, migrateWithLabels } from './migrate.ts'
import { readLabelFiles } from './read-label-files.ts'
import { readMigrations } from './read-migrations.ts'

/**
 * What `hubgen migrate` does with a folder of generated files, `generated` as a rule: applies the migrations
 * that are new, then brings labels and views up to date. Safe to run again, and two at a time.
 */
export async function migrateFolder(
  database: Database,
  directory: string,
  options: MigrateOptions = {},
): Promise<MigrationReport & LabelReport> {
  const [files, labels] = await Promise.all([readMigrations(directory), readLabelFiles(directory)])
  return migrateWithLabels(database, files, labels, options)
}
