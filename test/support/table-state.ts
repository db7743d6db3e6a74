/** The parts of a table that a test compares, without the order of its columns. */
export interface TableState {
  readonly comment: string | null
  readonly columns: readonly Record<string, unknown>[]
  readonly indexes: readonly Record<string, unknown>[]
  /** Columns of the views of schema `hubspot`, with their types. */
  readonly views: readonly Record<string, unknown>[]
}

type Query = (sql: string) => Promise<readonly Record<string, unknown>[]>

/** Reads table `hubspot.<table>`, and its views, from the catalogue. */
export async function readTableState(query: Query, table: string): Promise<TableState> {
  const relation = `'hubspot.${table}'::regclass`
  const [described] = await query(`SELECT obj_description(${relation}) AS comment`)
  return {
    comment: (described?.['comment'] as string | null | undefined) ?? null,
    columns: await query(`
      SELECT attname, format_type(atttypid, atttypmod) AS type, attnotnull,
        pg_get_expr(adbin, adrelid) AS value, col_description(attrelid, attnum) AS comment
      FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      WHERE attrelid = ${relation} AND attnum > 0 AND NOT attisdropped ORDER BY attname`),
    indexes: await query(`
      SELECT relname, indisvalid, pg_get_indexdef(indexrelid) AS definition
      FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indrelid = ${relation} ORDER BY relname`),
    views: await query(`
      SELECT relname, attname, format_type(atttypid, atttypmod) AS type,
        obj_description(pg_class.oid) AS comment
      FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
      WHERE relkind = 'v' AND relnamespace = 'hubspot'::regnamespace AND attnum > 0
      ORDER BY relname, attname`),
  }
}

/** All of schema `hubspot` except its rows, from the catalogue, without the order of columns. */
export async function readSchemaState(query: Query): Promise<readonly Record<string, unknown>[]> {
  return query(`
    SELECT relation.oid::regclass::text AS relation, relkind, attname AS name,
      format_type(atttypid, atttypmod) AS type, attnotnull AS "notNull",
      pg_get_expr(adbin, adrelid) AS value, col_description(attrelid, attnum) AS comment,
      obj_description(relation.oid, 'pg_class') AS about,
      CASE WHEN relkind = 'i' THEN pg_get_indexdef(relation.oid) END AS definition
    FROM pg_class AS relation JOIN pg_attribute ON attrelid = relation.oid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'hubspot'::regnamespace AND attnum > 0 AND NOT attisdropped
    ORDER BY 1, 3`)
}
