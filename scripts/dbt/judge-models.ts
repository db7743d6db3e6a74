import type pg from 'pg'
import type { ComparedModel, ExpectedModel, Kind } from './model-rows.ts'

/** Also says which columns no record has a value for: they would be equal whatever the model does. */
export interface JudgedModel extends ComparedModel {
  readonly emptyColumns: readonly string[]
}

/** Records that were live once and are no longer, by the id column of a model. */
export interface GoneRecords {
  readonly deleted: readonly string[]
  readonly merged: readonly string[]
}

const TYPES: Readonly<Record<Kind, string>> = {
  id: 'bigint',
  number: 'numeric',
  text: 'text',
  time: 'timestamp',
  day: 'date',
  boolean: 'boolean',
  texts: 'text[]',
}

/** A model row by row against what HubSpot's API says, in both directions. */
export async function judgeModel(
  client: pg.Client,
  schema: string,
  expected: ExpectedModel,
  gone: GoneRecords,
): Promise<JudgedModel> {
  const { model, key, columns, rows, liveIds } = expected
  const table = `"${schema}"."${model}"`
  const names = Object.entries(columns)
  const types = names.map(([name, kind]) => `"${name}" ${TYPES[kind]}`).join(', ')
  const wanted = names.map(([name, kind]) => comparable(name, kind)).join(', ')
  const found = names.map(([name, kind]) => comparable(`${name}`, kind, true)).join(', ')
  const { rows: differing } = await client.query<{ difference: string }>(
    `WITH wanted AS MATERIALIZED (SELECT ${wanted} FROM json_to_recordset($1) AS row (${types})),
      found AS MATERIALIZED (SELECT ${found} FROM ${table} WHERE "${key}" = ANY ($2::bigint[]))
    (SELECT 'HubSpot: ' || row_to_json(one) AS difference FROM (SELECT * FROM wanted EXCEPT ALL SELECT * FROM found) AS one LIMIT 2)
    UNION ALL
    (SELECT 'model:   ' || row_to_json(other) FROM (SELECT * FROM found EXCEPT ALL SELECT * FROM wanted) AS other LIMIT 2)`,
    [JSON.stringify(rows), liveIds],
  )
  const differences = differing.map(({ difference }) => difference)
  return {
    model,
    rows: rows.length,
    differences: [...differences, ...(await wrongRowsOfGone(client, table, expected, gone))],
    emptyColumns: Object.keys(columns).filter(
      (name) => !rows.some((row) => (row[name] ?? []).length > 0 && row[name] !== '0'),
    ),
  }
}

function comparable(name: string, kind: Kind, isFound = false): string {
  if (kind === 'texts') {
    return `ARRAY(SELECT one::text FROM unnest("${name}") AS one ORDER BY one::text COLLATE "C") AS "${name}"`
  }
  // Values of one millisecond are kept apart by a fraction that HubSpot does not have.
  if (kind === 'time') return `date_trunc('milliseconds', "${name}"::timestamp) AS "${name}"`
  return isFound ? `"${name}"::${TYPES[kind]} AS "${name}"` : `"${name}"`
}

async function wrongRowsOfGone(
  client: pg.Client,
  table: string,
  { key, deleted, keepsDeleted, withoutMerged, liveIds }: ExpectedModel,
  gone: GoneRecords,
): Promise<readonly string[]> {
  if (deleted === undefined) return []
  const [column, value] = deleted
  const { rows: unmarked } = await client.query<{ id: string }>(
    `SELECT "${key}"::text AS id FROM ${table}
    WHERE "${key}" <> ALL ($1::bigint[]) AND "${column}" IS DISTINCT FROM $2 LIMIT 3`,
    [liveIds, value],
  )
  const { rows: marked } = await client.query<{ id: string }>(
    `SELECT "${key}"::text AS id FROM ${table}
    WHERE "${key}" = ANY ($1::bigint[]) AND "${column}" = $2 LIMIT 3`,
    [liveIds, value],
  )
  const { rows: absent } = await client.query<{ id: string }>(
    `SELECT gone.one AS id FROM unnest($1::text[]) AS gone (one)
    WHERE NOT EXISTS (SELECT FROM ${table} AS model WHERE model."${key}"::text = gone.one) LIMIT 3`,
    [keepsDeleted === true ? gone.deleted : []],
  )
  const { rows: kept } = await client.query<{ id: string }>(
    `SELECT DISTINCT "${key}"::text AS id FROM ${table} WHERE "${key}" = ANY ($1::bigint[]) LIMIT 3`,
    [withoutMerged === true ? gone.merged : []],
  )
  const say = (rows: readonly { id: string }[], what: string) =>
    rows.map(({ id }) => `${key} ${id} ${what}`)
  return [
    ...say(unmarked, `is gone in HubSpot, but ${column} does not say so`),
    ...say(marked, `is live in HubSpot, but ${column} says otherwise`),
    ...say(absent, 'was deleted in HubSpot and has no row'),
    ...say(kept, 'was merged away in HubSpot and still has a row'),
  ]
}
