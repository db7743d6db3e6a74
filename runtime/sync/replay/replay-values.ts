import { CompiledQuery, sql, type Transaction } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { HubgenTables } from '../../postgres/hubgen-tables.ts'
import { quoteIdentifier, quoteLiteral, tableOf } from '../../postgres/identifier.ts'
import type { LoadPlan } from '../../postgres/load/load-plan.ts'
import { isRecordError, reasonOf } from '../../postgres/load/load-rows.ts'
import { recordColumn, recordValue } from '../../postgres/load/row-record.ts'
import { Reject } from '../../values/codec.ts'
import type { RowColumn } from '../../values/row.ts'

/** A value in the quarantine. */
export interface QuarantinedValue {
  readonly id: string
  readonly recordId: string
  readonly property: string
  readonly rawValue: string
  readonly reason: string
  /** How the row compares with the record version that had the value. */
  readonly row: 'same' | 'newer' | 'missing'
}

export interface ReplayedValues {
  /** Written to their columns. */
  readonly fitted: number
  /** The row has a newer version of the record, or a newer value. */
  readonly superseded: number
  /** Still in the quarantine. */
  readonly stayed: number
}

/** The next values of an entity in a range of quarantine ids; in id order. */
export async function readQuarantinedValues(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
  range: {
    readonly after: string
    readonly upTo: string
    readonly most: number
    /** Undefined: every property. */
    readonly property?: string | undefined
  },
): Promise<readonly QuarantinedValue[]> {
  const { rows } = await sql<QuarantinedValue>`
    SELECT held.id, held.record_id AS "recordId", property, raw_value AS "rawValue", reason,
      CASE WHEN stored.id IS NULL THEN 'missing'
        WHEN stored.updated_at > held.record_updated_at THEN 'newer' ELSE 'same' END AS row
    FROM hubgen.quarantine AS held
    LEFT JOIN ${sql.table(entity.table)} AS stored
      ON stored.id = CASE WHEN held.record_id ~ '^[0-9]{1,18}$' THEN held.record_id::bigint END
    WHERE held.entity = ${entity.name} AND property IS NOT NULL
      AND property = coalesce(${range.property ?? null}, property)
      AND held.id > ${range.after}::bigint AND held.id <= ${range.upTo}::bigint
    ORDER BY held.id LIMIT ${range.most}`.execute(transaction)
  return rows
}

/**
 * Writes values that now fit into empty columns of rows that are not newer than the values. Removes these
 * from the quarantine, along with values that newer rows have superseded. Values that do not fit stay, with
 * the current reason.
 */
export async function replayValues(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
  plan: LoadPlan,
  values: readonly QuarantinedValue[],
): Promise<ReplayedValues> {
  const writes = new Map<RowColumn, ColumnValue[]>()
  const reasons = new Map<string, string>()
  for (const value of values) {
    if (value.row !== 'same') continue
    const columns = plan.columns.filter(({ property }) => property === value.property)
    // The property has no column any more, so there is no type to check against.
    if (columns.length === 0) reasons.set(value.id, value.reason)
    for (const column of columns) {
      const decoded = column.codec.decode(value.rawValue)
      if (decoded instanceof Reject) {
        if (column.current) reasons.set(value.id, decoded.reason)
        continue
      }
      if (decoded === null) continue
      const write = { quarantineId: value.id, recordId: value.recordId, value: String(decoded) }
      writes.set(column, [...(writes.get(column) ?? []), write])
    }
  }
  const fitted = new Set<string>()
  for (const [column, columnValues] of writes) {
    const refused = await writeColumn(transaction, updateStatement(entity, column), columnValues)
    for (const [id, reason] of refused) if (column.current) reasons.set(id, reason)
  }
  const left = values.filter(
    ({ id, row }) => row === 'newer' || (row === 'same' && !reasons.has(id)),
  )
  for (const { id, row } of left) if (row === 'same') fitted.add(id)
  await sql`DELETE FROM hubgen.quarantine WHERE id = ANY(${left.map(({ id }) => id)}::bigint[])`.execute(
    transaction,
  )
  await renameReasons(transaction, values, reasons)
  return {
    fitted: fitted.size,
    superseded: left.length - fitted.size,
    stayed: values.length - left.length,
  }
}

interface ColumnValue {
  readonly quarantineId: string
  readonly recordId: string
  /** In the text form that Postgres reads. */
  readonly value: string
}

/** A column that is no longer empty has a newer value: calculated values change without a new stamp. */
function updateStatement(entity: Entity, { column, codec, key }: RowColumn): string {
  const { schema, name } = tableOf(entity)
  const shared = key.startsWith('o')
  const target = shared ? 'overflow' : quoteIdentifier(column)
  const literal = quoteLiteral(column)
  const value = shared
    ? `stored.overflow || jsonb_build_object(${literal}, incoming.v)`
    : recordValue('incoming', { key: 'v', codec })
  const empty = shared ? `NOT stored.overflow ? ${literal}` : `stored.${target} IS NULL`
  return `UPDATE ${quoteIdentifier(schema)}.${quoteIdentifier(name)} AS stored
SET ${target} = ${value}, _fivetran_synced = now()
FROM json_to_recordset($1::json) AS incoming (i bigint, ${shared ? 'v text' : recordColumn({ key: 'v', codec })})
WHERE stored.id = incoming.i AND ${empty}`
}

/** Returns the reason for each value that Postgres refuses, by quarantine id; finds them by bisection. */
async function writeColumn(
  transaction: Transaction<HubgenTables>,
  statement: string,
  values: readonly ColumnValue[],
): Promise<ReadonlyMap<string, string>> {
  await sql`SAVEPOINT replayed`.execute(transaction)
  try {
    const rows = JSON.stringify(values.map(({ recordId, value }) => ({ i: recordId, v: value })))
    await transaction.executeQuery(CompiledQuery.raw(statement, [rows]))
    await sql`RELEASE SAVEPOINT replayed`.execute(transaction)
    return new Map()
  } catch (error) {
    if (!isRecordError(error)) throw error
    await sql`ROLLBACK TO SAVEPOINT replayed`.execute(transaction)
    await sql`RELEASE SAVEPOINT replayed`.execute(transaction)
    const [only] = values
    if (only !== undefined && values.length === 1) {
      return new Map([[only.quarantineId, reasonOf(error)]])
    }
  }
  const middle = Math.ceil(values.length / 2)
  const first = await writeColumn(transaction, statement, values.slice(0, middle))
  const second = await writeColumn(transaction, statement, values.slice(middle))
  return new Map([...first, ...second])
}

async function renameReasons(
  transaction: Transaction<HubgenTables>,
  values: readonly QuarantinedValue[],
  reasons: ReadonlyMap<string, string>,
): Promise<void> {
  const changed = values.filter(({ id, reason }) => (reasons.get(id) ?? reason) !== reason)
  if (changed.length === 0) return
  const rows = JSON.stringify(changed.map(({ id }) => ({ i: id, w: reasons.get(id) })))
  await sql`UPDATE hubgen.quarantine AS held SET reason = w
    FROM json_to_recordset(${rows}::json) AS incoming (i bigint, w text)
    WHERE held.id = i`.execute(transaction)
}
