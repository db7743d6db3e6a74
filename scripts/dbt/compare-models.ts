import type pg from 'pg'
import type { ComparedModel } from './model-rows.ts'

/** Columns that are of the copy and not of the portal; both hashes contain the name of the schema. */
const OWN = ['_fivetran_synced', 'source_relation', 'id', 'ticket_day_id']

interface ModelColumn {
  readonly model: string
  readonly name: string
  readonly type: string
  readonly schemas: readonly string[]
}

/**
 * All models of two schemas, all rows of both. A column that only the first one has is no difference: the package
 * passes columns of engagements through that it does not know.
 */
export async function compareModels(
  client: pg.Client,
  here: string,
  there: string,
): Promise<readonly ComparedModel[]> {
  const { rows } = await client.query<ModelColumn>(
    `SELECT table_name::text AS model, column_name::text AS name, min(data_type)::text AS type,
      array_agg(DISTINCT table_schema::text) AS schemas
    FROM information_schema.columns
    WHERE table_schema IN ($1, $2) AND column_name <> ALL ($3)
    GROUP BY table_name, column_name ORDER BY table_name, column_name`,
    [here, there, OWN],
  )
  const compared: ComparedModel[] = []
  for (const [model, columns] of Map.groupBy(rows, (row) => row.model)) {
    const shared = columns.filter(({ schemas }) => schemas.length === 2)
    const missing = columns.filter(
      ({ schemas }) => schemas.length === 1 && (shared.length === 0 || schemas[0] === there),
    )
    const names = missing.map(({ name }) => `only one side has the column ${name}`)
    if (shared.length === 0) compared.push({ model, rows: 0, differences: names.slice(0, 1) })
    else compared.push(await compareModel(client, { model, columns: shared, names }, [here, there]))
  }
  return compared
}

async function compareModel(
  client: pg.Client,
  model: { model: string; columns: readonly ModelColumn[]; names: readonly string[] },
  schemas: readonly [string, string],
): Promise<ComparedModel> {
  const values = model.columns.map(({ name, type }) => comparable(name, type)).join(', ')
  const [left, right] = schemas.map(
    (schema) => `SELECT ${values} FROM "${schema}"."${model.model}"`,
  )
  const { rows: differing } = await client.query<{ difference: string }>(
    `(SELECT 'views:  ' || row_to_json(one) AS difference FROM (${left} EXCEPT ALL ${right}) AS one LIMIT 2)
    UNION ALL
    (SELECT 'oracle: ' || row_to_json(other) FROM (${right} EXCEPT ALL ${left}) AS other LIMIT 2)`,
  )
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM "${schemas[0]}"."${model.model}"`,
  )
  return {
    model: model.model,
    rows: rows[0]?.count ?? 0,
    differences: [...model.names, ...differing.map(({ difference }) => difference)],
  }
}

/** Numbers as numbers, lists without their order, times without the fraction between values of one millisecond. */
function comparable(name: string, type: string): string {
  if (type === 'ARRAY') {
    return `ARRAY(SELECT one::text FROM unnest("${name}") AS one ORDER BY one::text COLLATE "C") AS "${name}"`
  }
  if (type.startsWith('timestamp')) return `date_trunc('milliseconds', "${name}") AS "${name}"`
  return /^(numeric|double|real|integer|bigint|smallint)/.test(type)
    ? `"${name}"::numeric AS "${name}"`
    : `"${name}"::text AS "${name}"`
}
