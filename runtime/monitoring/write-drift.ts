import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { stripUnstorable } from '../values/strip-unstorable.ts'
import type { RecordedDrift } from './read-drift.ts'

/** Replaces what was found for these entities before; of others it stays. The state tables are there. */
export async function writeDrift(
  database: Database,
  found: readonly Omit<RecordedDrift, 'lookedAt'>[],
): Promise<void> {
  const rows = JSON.stringify(
    found.map(({ entity, drifts, migration }) => ({
      entity,
      drifts: drifts.map((drift) => ({ ...drift, text: stripUnstorable(drift.text).text })),
      migration: migration === null ? null : stripUnstorable(migration).text,
    })),
  )
  await explainingErrors(database.label, () =>
    sql`
      INSERT INTO hubgen.drift (entity, looked_at, drifts, migration)
      SELECT entity, now(), drifts, migration
      FROM json_to_recordset(${rows}::json) AS found (entity text, drifts jsonb, migration text)
      ON CONFLICT (entity) DO UPDATE SET looked_at = excluded.looked_at,
        drifts = excluded.drifts, migration = excluded.migration`.execute(database.kysely),
  )
}
