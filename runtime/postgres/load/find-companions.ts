import { sql, type Transaction } from 'kysely'
import type { CompanionKind, Entity } from '../../entity.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { tableOf } from '../identifier.ts'

/** A column of a companion table that holds ids of an entity's records. */
interface CompanionColumn {
  readonly schema: string
  readonly table: string
  readonly column: string
}

/** Grouped by what erasing a record does to them. */
export interface CompanionTables {
  /** Rows of the record are deleted. */
  readonly histories: readonly CompanionColumn[]
  /** Labels of the record's links are emptied. */
  readonly links: readonly CompanionColumn[]
}

/** Personal data that each kind of companion table holds, and the columns that identify such a table. */
const HELD: Readonly<
  Record<CompanionKind, { erase: keyof CompanionTables; columns: readonly string[] } | null>
> = {
  associations: { erase: 'links', columns: ['type_id', 'category', 'label', '_fivetran_synced'] },
  merges: null,
  history: {
    erase: 'histories',
    columns: ['name', 'timestamp', 'value', 'source', 'source_id', '_fivetran_synced'],
  },
  pipelines: null,
}

/**
 * Finds the tables in the entity's schema that hold former values and links of its records, by their
 * columns. This covers links that the other entity's tables hold, and tables that no generated file names
 * any more.
 */
export async function findCompanionTables(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
): Promise<CompanionTables> {
  const { schema } = tableOf(entity)
  const held = JSON.stringify(Object.values(HELD).filter((one) => one !== null))
  const { rows } = await sql<{ table: string; column: string; erase: keyof CompanionTables }>`
    SELECT held.relname AS table, named.attname AS column, known.erase
    FROM pg_class AS held
    JOIN pg_namespace AS place ON place.oid = held.relnamespace AND place.nspname = ${schema}
    CROSS JOIN LATERAL (
      SELECT array_agg(attname) AS names FROM pg_attribute
      WHERE attrelid = held.oid AND attnum > 0 AND NOT attisdropped
    ) AS has
    JOIN json_to_recordset(${held}::json) AS known (erase text, columns name[])
      ON has.names @> known.columns
    JOIN pg_attribute AS named ON named.attrelid = held.oid AND NOT named.attisdropped
      AND named.attname = ANY(${idColumns(entity)}::name[])
    WHERE held.relkind IN ('r', 'p')
    ORDER BY held.relname, named.attname`.execute(transaction)
  const of = (wanted: keyof CompanionTables) =>
    rows
      .filter(({ erase }) => erase === wanted)
      .map(({ table, column }) => ({ schema, table, column }))
  return { histories: of('histories'), links: of('links') }
}

/**
 * Column names for a record's id in companion tables: `contact_id`, and `associated_contact_id` at the
 * other end.
 */
function idColumns(entity: Entity): readonly string[] {
  const { associations = [], history, merges, objectType } = entity
  const { name } = tableOf(entity)
  const known = [
    history?.idColumn,
    merges?.survivorColumn,
    ...associations.flatMap(({ fromColumn, toColumn, toObjectType }) =>
      toObjectType === objectType ? [fromColumn, toColumn] : [fromColumn],
    ),
  ].filter((column) => column !== undefined)
  return [...new Set([...known, `${name}_id`, `associated_${name}_id`])]
}
