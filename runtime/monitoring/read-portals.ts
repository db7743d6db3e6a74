import { sql } from 'kysely'
import { isUiDomain } from '../hubspot/client/account.ts'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { findState } from './find-state.ts'

/** The portal that an entity was read from, as its last run found it. */
export interface CopiedPortal {
  readonly portalId: string
  /** The host of its pages in HubSpot, `app-eu1.hubspot.com`; null until a run has learned it. */
  readonly uiDomain: string | null
}

/** By entity; entities that were never synced are left out. */
export async function readPortals(
  database: Database,
  entities: readonly string[],
): Promise<ReadonlyMap<string, CopiedPortal>> {
  if ((await findState(database)).tables !== 'complete') return new Map()
  const { rows } = await explainingErrors(database.label, () =>
    sql<CopiedPortal & { entity: string }>`
      SELECT entity, portal_id::text AS "portalId", to_jsonb(copy.*) ->> 'ui_domain' AS "uiDomain"
      FROM hubgen.copy WHERE entity = ANY(${[...entities]}::text[])`.execute(database.kysely),
  )
  return new Map(
    rows.map(({ entity, portalId, uiDomain }) => [
      entity,
      // The database may have been edited, and people follow links.
      { portalId, uiDomain: isUiDomain(uiDomain) ? uiDomain : null },
    ]),
  )
}
