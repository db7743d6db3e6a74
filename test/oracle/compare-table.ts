import type pg from 'pg'
import type { ExpectedRow, ExpectedTable } from './expected-table.ts'

export interface TableVerdict {
  readonly table: string
  /** Rows that were compared. */
  readonly rows: number
  /**
   * A sentence per difference: table, column, key and both values. Only the first few; `wrong` has the number
   * of all.
   */
  readonly differences: readonly string[]
  readonly wrong: number
}

const rowsAtOnce = 500
const mostTold = 20
const mostCharacters = 80

/** An expected table whose rows are written down as JSON, to be compared several times. */
export interface WrittenTable extends Omit<ExpectedTable, 'rows'> {
  /** Arrays of rows, each with its place. */
  readonly parts: readonly string[]
}

export function writeExpected({ rows, ...table }: ExpectedTable): WrittenTable {
  const parts: string[] = []
  let place = 0
  let waiting: (ExpectedRow & { readonly place: number })[] = []
  const write = () => {
    if (waiting.length > 0) parts.push(JSON.stringify(waiting))
    waiting = []
  }
  for (const { key, row, required } of rows) {
    place += 1
    waiting.push({ key, row, required, place })
    if (waiting.length >= rowsAtOnce) write()
  }
  write()
  return { ...table, parts }
}

/**
 * Compares by EXCEPT ALL in both directions. If several rows are accepted for one key, the one in the table
 * is expected, or otherwise the first. One statement, as temporary tables cost more than the comparison.
 */
export async function compareTable(
  client: pg.ClientBase,
  { name, found, parameters, parts }: WrittenTable,
): Promise<TableVerdict> {
  const expected = (parts.length === 0 ? ['[]'] : parts).map(
    (
      _,
      index,
    ) => `SELECT (each ->> 'place')::bigint AS place, each ->> 'key' AS key, each -> 'row' AS "row",
        (each ->> 'required')::boolean AS required
      FROM jsonb_array_elements($${parameters.length + index + 1}::jsonb) AS each`,
  )
  const { rows } = await client.query<{ rows: string; wrong: string; told: Difference[] | null }>(
    `WITH found AS MATERIALIZED (${found}),
      expected AS MATERIALIZED (${expected.join(' UNION ALL ')}),
      chosen AS MATERIALIZED (
        SELECT DISTINCT ON (expected.key) expected.key, expected.row
        FROM expected LEFT JOIN found ON found.key = expected.key
        WHERE required OR found.key IS NOT NULL
        ORDER BY expected.key, (expected.row = found.row) DESC NULLS LAST,
          (expected.row -> 'updated_at' = found.row -> 'updated_at') DESC NULLS LAST, place
      ),
      missing AS (SELECT key, "row" FROM chosen EXCEPT ALL SELECT key, "row" FROM found),
      extra AS (SELECT key, "row" FROM found EXCEPT ALL SELECT key, "row" FROM chosen),
      differing AS MATERIALIZED (
        SELECT key, extra.row AS has, missing.row AS must FROM missing FULL JOIN extra USING (key)
      )
    SELECT (SELECT count(*) FROM chosen) AS rows, (SELECT count(*) FROM differing) AS wrong,
      (SELECT json_agg(first) FROM (
        SELECT * FROM differing ORDER BY length(key), key LIMIT ${mostTold}
      ) AS first) AS told`,
    [...parameters, ...(parts.length === 0 ? ['[]'] : parts)],
  )
  const [counted] = rows
  return {
    table: name,
    rows: Number(counted?.rows ?? 0),
    differences: (counted?.told ?? []).map(
      ({ key, has, must }) => `${name} ${key}: ${tell(has, must)}`,
    ),
    wrong: Number(counted?.wrong ?? 0),
  }
}

type Row = Readonly<Record<string, string>>

interface Difference {
  readonly key: string
  readonly has: Row | null
  readonly must: Row | null
}

function tell(has: Row | null, must: Row | null): string {
  if (has === null) return 'missing'
  if (must === null) return `must not be there: ${cut(JSON.stringify(has))}`
  const names = [...new Set([...Object.keys(must), ...Object.keys(has)])]
  const differing = names.filter((name) => has[name] !== must[name])
  const told = differing
    .slice(0, 5)
    .map((name) => `${name} is ${cut(show(has[name]))}, must be ${cut(show(must[name]))}`)
  const more = differing.length - told.length
  return `${told.join('; ')}${more > 0 ? `; and ${more} more columns` : ''}`
}

function show(value: string | undefined): string {
  return value === undefined ? 'null' : JSON.stringify(value)
}

function cut(text: string): string {
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text
}
