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

/**
 * Compares by EXCEPT ALL in both directions. If several rows are accepted for one key, the one in the table
 * is expected, or otherwise the first. Leaves no objects in the database.
 */
export async function compareTable(
  client: pg.ClientBase,
  { name, found, parameters, rows }: ExpectedTable,
): Promise<TableVerdict> {
  await client.query('DROP TABLE IF EXISTS pg_temp.expected, pg_temp.found, pg_temp.chosen')
  await client.query(
    'CREATE TEMP TABLE expected (place bigint, key text, "row" jsonb, required boolean)',
  )
  await client.query('CREATE TEMP TABLE found (key text, "row" jsonb)')
  await client.query(`INSERT INTO found ${found}`, [...parameters])
  await fill(client, rows)
  await client.query(`CREATE TEMP TABLE chosen AS
    SELECT DISTINCT ON (expected.key) expected.key, expected.row
    FROM expected LEFT JOIN found ON found.key = expected.key
    WHERE required OR found.key IS NOT NULL
    ORDER BY expected.key, (expected.row = found.row) DESC NULLS LAST,
      (expected.row -> 'updated_at' = found.row -> 'updated_at') DESC NULLS LAST, place`)
  const differing = await client.query<{
    key: string
    has: Row | null
    must: Row | null
    wrong: string
  }>(
    `WITH missing AS (SELECT key, "row" FROM chosen EXCEPT ALL SELECT key, "row" FROM found),
      extra AS (SELECT key, "row" FROM found EXCEPT ALL SELECT key, "row" FROM chosen)
    SELECT key, extra.row AS has, missing.row AS must, count(*) OVER () AS wrong
    FROM missing FULL JOIN extra USING (key) ORDER BY length(key), key LIMIT ${mostTold}`,
  )
  const counted = await client.query<{ rows: string }>('SELECT count(*) AS rows FROM chosen')
  return {
    table: name,
    rows: Number(counted.rows[0]?.rows ?? 0),
    differences: differing.rows.map(({ key, has, must }) => `${name} ${key}: ${tell(has, must)}`),
    wrong: Number(differing.rows[0]?.wrong ?? 0),
  }
}

type Row = Readonly<Record<string, string>>

async function fill(client: pg.ClientBase, rows: Iterable<ExpectedRow>): Promise<void> {
  let place = 0
  let waiting: (ExpectedRow & { readonly place: number })[] = []
  const write = async () => {
    if (waiting.length === 0) return
    await client.query(
      `INSERT INTO expected SELECT (each ->> 'place')::bigint, each ->> 'key', each -> 'row', (each ->> 'required')::boolean
      FROM jsonb_array_elements($1::jsonb) AS each`,
      [JSON.stringify(waiting)],
    )
    waiting = []
  }
  for (const { key, row, required } of rows) {
    place += 1
    waiting.push({ key, row, required, place })
    if (waiting.length >= rowsAtOnce) await write()
  }
  await write()
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
