import { sql } from 'kysely'
import { stripUnstorable } from '../../values/strip-unstorable.ts'
import type { Database } from '../connection/database.ts'
import type { RunIdentity } from './state.ts'

/** One row of `hubgen.event`, without its run. */
export interface EventRow {
  /** From 1 in the order of the run. */
  readonly number: number
  /** ISO, UTC. */
  readonly at: string
  readonly type: string
  readonly body: Readonly<Record<string, unknown>>
}

/** Adds rows and skips existing ones, so calling it twice is harmless. Rejects as `pg` does. */
export async function insertEvents(
  database: Database,
  { id }: RunIdentity,
  events: readonly EventRow[],
): Promise<void> {
  const rows = JSON.stringify(events.map(storable))
  await sql`
    INSERT INTO hubgen.event (run_id, number, at, type, body)
    SELECT ${id}::bigint, number, at, type, body
    FROM json_to_recordset(${rows}::json) AS event (number int, at timestamptz, type text, body jsonb)
    ON CONFLICT DO NOTHING`.execute(database.kysely)
}

/** Messages may quote characters that jsonb refuses: NUL, lone surrogates. */
function storable({ body, ...event }: EventRow): object {
  const clean: unknown = JSON.parse(JSON.stringify(body), (_key, value: unknown) =>
    typeof value === 'string' ? stripUnstorable(value).text : value,
  )
  return { ...event, body: clean }
}
