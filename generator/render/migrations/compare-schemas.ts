import {
  indexedTable,
  type MigratedSchema,
  withDefault,
} from '../../../runtime/postgres/schema/migrated-schema.ts'

/** A column whose type in the table differs from the wanted one; no migration changes it. */
export interface ColumnMismatch {
  readonly table: string
  readonly column: string
  readonly found: string
  readonly wanted: string
}

/** The differences, apart from the order of columns. */
export interface SchemaChanges {
  /** Wanted tables that are missing. */
  readonly tables: readonly string[]
  /** New columns of existing tables: table, column, definition. */
  readonly columns: readonly (readonly [table: string, column: string, definition: string])[]
  readonly defaults: readonly (readonly [table: string, column: string, value: string])[]
  /** Existing columns that are not wanted. */
  readonly unused: readonly (readonly [table: string, column: string])[]
  readonly mismatches: readonly ColumnMismatch[]
  readonly indexes: {
    readonly added: readonly string[]
    readonly dropped: readonly string[]
  }
}

/**
 * Compares only the tables that `wanted` names, so `reached` may have those of other entities, and no table
 * is unused here.
 */
export function compareSchemas(reached: MigratedSchema, wanted: MigratedSchema): SchemaChanges {
  const tables: string[] = []
  const columns: [string, string, string][] = []
  const defaults: [string, string, string][] = []
  const unused: [string, string][] = []
  const mismatches: ColumnMismatch[] = []
  for (const [table, wantedColumns] of wanted.tables) {
    const found = reached.tables.get(table)
    if (found === undefined) {
      tables.push(table)
      continue
    }
    for (const [column, definition] of wantedColumns) {
      const existing = found.get(column)
      const value = / DEFAULT (.*)$/.exec(definition)?.[1]
      if (existing === undefined) columns.push([table, column, definition])
      else if (existing === definition) continue
      else if (value !== undefined && withDefault(existing, value) === definition) {
        defaults.push([table, column, value])
      } else mismatches.push({ table, column, found: existing, wanted: definition })
    }
    for (const column of found.keys()) {
      if (!wantedColumns.has(column)) unused.push([table, column])
    }
  }
  const indexes = compareIndexes(reached, wanted)
  return { tables, columns, defaults, unused, mismatches, indexes }
}

/** An index whose definition differs is dropped and created again with its name. */
function compareIndexes(reached: MigratedSchema, wanted: MigratedSchema): SchemaChanges['indexes'] {
  const dropped = [...reached.indexes].filter(
    ([name, definition]) =>
      wanted.tables.has(indexedTable(definition)) && wanted.indexes.get(name) !== definition,
  )
  const added = [...wanted.indexes].filter(
    ([name, definition]) => reached.indexes.get(name) !== definition,
  )
  return { added: added.map(([name]) => name), dropped: dropped.map(([name]) => name) }
}

/** Statements that belong together, with their lock. */
export interface MigrationStep {
  readonly lock: string
  readonly statements: readonly string[]
}
