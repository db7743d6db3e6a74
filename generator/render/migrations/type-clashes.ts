import { typeOf } from '../../../runtime/postgres/schema/fit-file.ts'
import {
  readStatement,
  type SchemaChange,
  splitStatements,
} from '../../../runtime/postgres/schema/migrated-schema.ts'
import type { MigrationFile } from './migration-sql.ts'

/**
 * A column that two files create with different types: a database has the type of the file that it ran first.
 */
export interface TypeClash {
  readonly table: string
  readonly column: string
  /** Names of the files. */
  readonly first: string
  readonly other: string
}

/** Of files in their order; a column that was dropped in between may have another type. */
export function findTypeClashes(files: readonly MigrationFile[]): readonly TypeClash[] {
  const known = new Map<string, { readonly type: string; readonly first: string }>()
  const clashes: TypeClash[] = []
  for (const { name, sql } of files) {
    for (const change of splitStatements(sql).map(readStatement)) {
      for (const { table, column, type } of createdColumns(change)) {
        const id = `${table}.${column}`
        const earlier = known.get(id)
        if (type === null) known.delete(id)
        else if (earlier === undefined) known.set(id, { type, first: name })
        else if (earlier.type !== type) {
          clashes.push({ table, column, first: earlier.first, other: name })
        }
      }
    }
  }
  return clashes
}

interface CreatedColumn {
  readonly table: string
  readonly column: string
  /** Null for a column that is dropped. */
  readonly type: string | null
}

/** Columns that a statement creates or drops. */
function createdColumns(change: SchemaChange | null): readonly CreatedColumn[] {
  if (change?.kind === 'create_table') {
    const { table, columns } = change
    return [...columns].map(([column, definition]) => ({ table, column, type: typeOf(definition) }))
  }
  if (change?.kind !== 'alter_table') return []
  return change.actions.flatMap((action): readonly CreatedColumn[] => {
    const created = { table: change.table, column: action.column }
    if (action.kind === 'add') return [{ ...created, type: typeOf(action.definition) }]
    return action.kind === 'drop' ? [{ ...created, type: null }] : []
  })
}
