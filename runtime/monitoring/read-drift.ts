import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { findState } from './find-state.ts'

/**
 * Replaces the entity in `hubgen.drift` for drift of files that all entities share, such as `index.ts`.
 * Cannot clash with an entity, because entity names contain no blank.
 */
export const sharedFiles = 'shared files'

/** The latest result of `hubgen diff` for an entity. */
export interface RecordedDrift {
  /** `shared files` for drift of shared files. */
  readonly entity: string
  readonly lookedAt: Date
  /** In the order of detection; empty if there was none. */
  readonly drifts: readonly StoredDrift[]
  /** The SQL that `hubgen generate` would write; null if none, or if it could not be determined. */
  readonly migration: string | null
}

interface StoredDrift {
  /** One of `DRIFT_KINDS`. */
  readonly kind: string
  readonly severity: 'schema' | 'label'
  /** One line of plain text; may contain text from HubSpot. */
  readonly text: string
}

/** For these entities, in this order, then for shared files; leaves out those without a result. */
export async function readDrift(
  database: Database,
  entities: readonly string[],
): Promise<readonly RecordedDrift[]> {
  if ((await findState(database)).tables !== 'complete') return []
  const wanted = [...entities, sharedFiles]
  const rows = await explainingErrors(database.label, () =>
    database.kysely
      .selectFrom('hubgen.drift')
      .select(['entity', 'looked_at', 'drifts', 'migration'])
      .where('entity', 'in', wanted)
      .execute(),
  )
  const found = new Map(rows.map((row) => [row.entity, row]))
  return wanted.flatMap((entity) => {
    const row = found.get(entity)
    if (row === undefined) return []
    const { looked_at: lookedAt, drifts, migration } = row
    return [{ entity, lookedAt, drifts: parseDrifts(drifts), migration }]
  })
}

/** Skips entries of an unknown shape, which a person or another version may have written. */
function parseDrifts(drifts: unknown): readonly StoredDrift[] {
  return Array.isArray(drifts) ? drifts.filter(isStoredDrift) : []
}

function isStoredDrift(one: unknown): one is StoredDrift {
  if (typeof one !== 'object' || one === null) return false
  const { kind, severity, text } = one as Partial<Record<keyof StoredDrift, unknown>>
  const known = severity === 'schema' || severity === 'label'
  return known && typeof kind === 'string' && typeof text === 'string'
}
