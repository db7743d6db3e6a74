import { sql, type Transaction } from 'kysely'
import pg from 'pg'
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
  transaction: Transaction<HubgenTables>,
  query: string,
): Promise<{ readonly query: string; readonly unknownZone: string | null }> {
  const { zone } = zoneAtTheEnd.exec(query)?.groups ?? {}
  if (zone === undefined || (await isKnownPlace(transaction, zone))) {
    return { query, unknownZone: null }
  }
  const names = [zone, standsFor(zone)].map((name) => name.toLowerCase())
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM pg_timezone_names WHERE lower(name) = ANY(${names}::text[])
    ORDER BY array_position(${names}::text[], lower(name)) LIMIT 1`.execute(transaction)
  const [known] = rows
  const literal = known === undefined ? 'NULL' : `'${known.name}'`
  return {
    query: query.replace(zoneAtTheEnd, `$<before>${literal}$<after>`),
    unknownZone: known === undefined ? zone : null,
  }
}

/** Without digits and signs it is no offset and without a slash an abbreviation, which Postgres accepts as well. */
const place = /^[A-Za-z_]+(?:\/[A-Za-z_]+)+$/
const unknownZone = '22023'

/** Whether the server accepts the zone. The view `pg_timezone_names` reads every file of the zones. */
async function isKnownPlace(
  transaction: Transaction<HubgenTables>,
  zone: string,
): Promise<boolean> {
  if (!place.test(zone)) return false
  try {
    await sql
      .raw(`SAVEPOINT zone; SELECT now() AT TIME ZONE '${zone}'; RELEASE SAVEPOINT zone`)
      .execute(transaction)
    return true
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== unknownZone) throw error
    await sql`ROLLBACK TO SAVEPOINT zone`.execute(transaction)
    return false
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
