/** The expected rows of one table, and how to read the actual ones. */
export interface ExpectedTable {
  /** For the reader of a difference: `hubspot.deal`. */
  readonly name: string
  /** A query that gives `key` (text) and `row` (jsonb of text, without nulls) of every row that is judged. */
  readonly found: string
  /** Parameters of that query. */
  readonly parameters: readonly unknown[]
  /** Several rows of one key are alternatives. */
  readonly rows: Iterable<ExpectedRow>
}

export interface ExpectedRow {
  readonly key: string
  readonly row: Readonly<Record<string, string>>
  /** False: the table may also have no row of this key. */
  readonly required: boolean
}

/** A query whose rows are these columns, each as canonical text, under a key. */
export function foundQuery(
  table: string,
  key: string,
  columns: Readonly<Record<string, string>>,
  where = 'true',
): string {
  const selected = Object.entries(columns).map(([name, sql]) => `${sql} AS ${quoted(name)}`)
  return `SELECT "key of row" AS key, jsonb_strip_nulls(to_jsonb(found) - 'key of row') AS row
    FROM (SELECT ${[`${key} AS "key of row"`, ...selected].join(', ')} FROM ${table} AS t WHERE ${where}) AS found`
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Only columns with a value. */
export function withoutNulls(
  row: Readonly<Record<string, string | null | undefined>>,
): Readonly<Record<string, string>> {
  const filled: Record<string, string> = {}
  for (const [name, value] of Object.entries(row)) {
    if (value !== null && value !== undefined) filled[name] = value
  }
  return filled
}

/** Microseconds since 1970 as text, of an ISO instant with milliseconds or none. */
export function microseconds(iso: string): string {
  return String(BigInt(Date.parse(iso)) * 1_000n)
}

export function microsecondsSql(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000000)::bigint::text`
}
