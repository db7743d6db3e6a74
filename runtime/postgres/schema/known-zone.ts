import { type Kysely, sql } from 'kysely'
import type { HubgenTables } from '../hubgen-tables.ts'

/** The end of a labelled view's query, where the generator names the portal's time zone. */
const zoneAtTheEnd =
  /(?<before>\nCROSS JOIN \(SELECT )'(?<zone>[\w+/-]+)'(?<after>::text AS zone\) AS portal)$/

/**
 * Replaces the query's time zone with one that this server knows. Servers differ (Debian packages
 * `US/Eastern` separately), and an unknown zone would make every query of the view fail. HubSpot's own name
 * is tried first, then its canonical name; if the server knows neither, the day columns are null.
 */
export async function withKnownZone(
  database: Kysely<HubgenTables>,
  query: string,
): Promise<{ readonly query: string; readonly unknownZone: string | null }> {
  const { zone } = zoneAtTheEnd.exec(query)?.groups ?? {}
  if (zone === undefined) return { query, unknownZone: null }
  const names = [zone, standsFor(zone)].map((name) => name.toLowerCase())
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM pg_timezone_names WHERE lower(name) = ANY(${names}::text[])
    ORDER BY array_position(${names}::text[], lower(name)) LIMIT 1`.execute(database)
  const [known] = rows
  const literal = known === undefined ? 'NULL' : `'${known.name}'`
  return {
    query: query.replace(zoneAtTheEnd, `$<before>${literal}$<after>`),
    unknownZone: known === undefined ? zone : null,
  }
}

/** `America/New_York` for `US/Eastern`. */
function standsFor(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    return zone
  }
}
