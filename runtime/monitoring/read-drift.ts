import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { findState } from './find-state.ts'

/**
 * Stands for an entity in `hubgen.drift` where drift is of files that all entities share, such as `index.ts`.
 * No entity has this name: theirs have no blank.
 */
export const sharedFiles = 'shared files'

/** What `hubgen diff` found for an entity when it looked last. */
export interface RecordedDrift {
  /** `shared files` where it is about what all entities share. */
  readonly entity: string
  readonly lookedAt: Date
  /** In the order in which they were found; empty when there was none. */
  readonly drifts: readonly StoredDrift[]
  /** The SQL that `hubgen generate` would write for it; null: none, or it could not be said. */
  readonly migration: string | null
}

interface StoredDrift {
  /** Of `DRIFT_KINDS`. */
  readonly kind: string
  readonly severity: 'schema' | 'label'
  /** One line of plain text; text of HubSpot's may be in it. */
  readonly text: string
}

/** Of these entities and of shared files, those that were looked at, in the order asked; shared files last. */
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

/** What a person or another version wrote there is left out rather than believed. */
function parseDrifts(drifts: unknown): readonly StoredDrift[] {
  return Array.isArray(drifts) ? drifts.filter(isStoredDrift) : []
}

function isStoredDrift(one: unknown): one is StoredDrift {
  if (typeof one !== 'object' || one === null) return false
  const { kind, severity, text } = one as Partial<Record<keyof StoredDrift, unknown>>
  const known = severity === 'schema' || severity === 'label'
  return known && typeof kind === 'string' && typeof text === 'string'
}
