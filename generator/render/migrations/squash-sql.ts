import { readMigratedSchema } from '../../../runtime/postgres/schema/migrated-schema.ts'
import { checksumOf } from '../../../runtime/postgres/schema/migration-file.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { compareSchemas } from './compare-schemas.ts'
import { markMigration } from './migration-names.ts'
import type { MigrationFile } from './migration-sql.ts'
import { planSteps } from './plan-steps.ts'

/**
 * One file that creates what these files of one entity reach, in their order, and names them. It has the number of
 * the first one: files of others that come behind find the tables.
 */
export function squashMigrations(entity: string, files: readonly MigrationFile[]): MigrationFile {
  const reached = readMigratedSchema(files.map(({ sql }) => sql))
  const nothing = readMigratedSchema([])
  const unused = { columns: [], tables: [] }
  const { together } = planSteps(nothing, reached, compareSchemas(nothing, reached), unused)
  const schemas = new Set([...reached.tables.keys()].map(schemaOfTable))
  const sql = renderTemplate('migration-squashed.sql', {
    header: entityHeader(entity),
    entity,
    replaced: files.map((file) => ({ name: file.name, checksum: checksumOf(file) })),
    statements: [
      ...[...schemas].map((schema) => `CREATE SCHEMA IF NOT EXISTS ${schema};`),
      ...together.flatMap(({ statements }) => statements),
    ],
  })
  const number = /^\d+/.exec(files[0]?.name ?? '')?.[0] ?? '0001'
  return { name: markMigration(`${number}_${entity}_create`, sql), sql }
}

function schemaOfTable(table: string): string {
  return /^(?:(?:U&)?"(?:[^"]|"")*"|[^.])+/.exec(table)?.[0] ?? ''
}
