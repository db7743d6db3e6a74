import {
  indexedTable,
  type MigratedSchema,
} from '../../../runtime/postgres/schema/migrated-schema.ts'
import type { MigrationStep, SchemaChanges } from './compare-schemas.ts'

/** The steps from one state of the schema to another, in order. */
export interface MigrationSteps {
  /** In one transaction. */
  readonly together: readonly MigrationStep[]
  /** Each statement by itself, outside a transaction, after the others. */
  readonly alone: readonly MigrationStep[]
}

/** Columns and tables that no analysis contains any more, to drop with their values. */
export interface Dropped {
  readonly columns: SchemaChanges['unused']
  readonly tables: readonly string[]
}

export function planSteps(
  reached: MigratedSchema,
  wanted: MigratedSchema,
  changes: SchemaChanges,
  dropped: Dropped,
): MigrationSteps {
  return {
    together: [
      ...changes.tables.map((table) => createTable(table, wanted)),
      ...addColumns(changes),
      ...changes.defaults.map(setDefault),
      ...dropColumns(dropped.columns),
      ...dropped.tables.map(dropTable),
      ...changeComments(reached, wanted),
    ],
    alone: [
      ...changes.indexes.dropped.map((name) => dropIndex(name, reached)),
      ...changes.indexes.added
        .filter((name) => !changes.tables.includes(indexedTable(wanted.indexes.get(name) ?? '')))
        .map((name) => createIndex(name, wanted)),
    ],
  }
}

function createTable(table: string, wanted: MigratedSchema): MigrationStep {
  const columns = [...(wanted.tables.get(table) ?? [])].map(([name, type]) => `  ${name} ${type}`)
  const key = wanted.keys.get(table)
  const lines = key === undefined ? columns : [...columns, `  ${key}`]
  const indexes = [...wanted.indexes]
    .filter(([, definition]) => indexedTable(definition) === table)
    .map(([name, definition]) => `CREATE INDEX ${name} ${definition};`)
  return {
    lock: 'none that blocks anybody; the table is new',
    statements: [`CREATE TABLE ${table} (\n${lines.join(',\n')}\n);`, ...indexes],
  }
}

/** One statement per table: one lock, and one change of the catalogue. */
function addColumns({ columns }: SchemaChanges): readonly MigrationStep[] {
  return [...Map.groupBy(columns, ([table]) => table)].map(([table, added]) => ({
    lock: `ACCESS EXCLUSIVE on ${table}, for an instant: no row is read or rewritten`,
    statements: [
      `ALTER TABLE ${table}\n${added
        .map(([, column, definition]) => `  ADD COLUMN IF NOT EXISTS ${column} ${definition}`)
        .join(',\n')};`,
    ],
  }))
}

function setDefault([table, column, value]: SchemaChanges['defaults'][number]): MigrationStep {
  return {
    lock: `ACCESS EXCLUSIVE on ${table}, for an instant: existing rows stay unchanged`,
    statements: [`ALTER TABLE ${table}\n  ALTER COLUMN ${column} SET DEFAULT ${value};`],
  }
}

function dropColumns(dropped: SchemaChanges['unused']): readonly MigrationStep[] {
  return [...Map.groupBy(dropped, ([table]) => table)].map(([table, columns]) => ({
    lock: `ACCESS EXCLUSIVE on ${table}, for an instant; the values of these columns are lost`,
    statements: [
      `ALTER TABLE ${table}\n${columns
        .map(([, column]) => `  DROP COLUMN IF EXISTS ${column}`)
        .join(',\n')};`,
    ],
  }))
}

function dropTable(table: string): MigrationStep {
  return {
    lock: `ACCESS EXCLUSIVE on ${table}, for an instant; its rows are lost`,
    statements: [`DROP TABLE IF EXISTS ${table};`],
  }
}

function changeComments(reached: MigratedSchema, wanted: MigratedSchema): readonly MigrationStep[] {
  const changed = [...wanted.comments].filter(
    ([target, literal]) => reached.comments.get(target) !== literal,
  )
  return [...Map.groupBy(changed, ([target]) => commentedTable(target))].map(
    ([table, comments]) => ({
      lock: `SHARE UPDATE EXCLUSIVE on ${table}, for an instant; reads and writes continue`,
      statements: comments.map(writeComment),
    }),
  )
}

function writeComment([target, literal]: readonly [string, string]): string {
  return `COMMENT ON ${target} IS ${literal};`
}

function dropIndex(name: string, reached: MigratedSchema): MigrationStep {
  const table = indexedTable(reached.indexes.get(name) ?? '')
  return {
    lock: `SHARE UPDATE EXCLUSIVE on ${table} until queries that use the index end; reads and writes continue`,
    statements: [`DROP INDEX CONCURRENTLY IF EXISTS ${schemaOfTable(table)}.${name};`],
  }
}

function createIndex(name: string, wanted: MigratedSchema): MigrationStep {
  const definition = wanted.indexes.get(name) ?? ''
  return {
    lock: `SHARE UPDATE EXCLUSIVE on ${indexedTable(definition)} while it is scanned twice; reads and writes continue`,
    statements: [`CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ${definition};`],
  }
}

/** `TABLE hubspot.deal`, `COLUMN hubspot.deal.property_amount` → `hubspot.deal`. */
function commentedTable(target: string): string {
  const [, table] = /^(?:TABLE|COLUMN) ((?:"[^"]*"|[^."])+\.(?:"[^"]*"|[^."])+)/.exec(target) ?? []
  return table ?? target
}

function schemaOfTable(table: string): string {
  return /^(?:(?:U&)?"(?:[^"]|"")*"|[^.])+/.exec(table)?.[0] ?? ''
}
