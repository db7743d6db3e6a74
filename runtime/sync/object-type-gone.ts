import type { Entity } from '../entity.ts'
import { HubgenError } from '../errors.ts'
import type { HubSpot } from '../hubspot/client/client.ts'
import { HubSpotError } from '../hubspot/client/hubspot-error.ts'

/**
 * Explains HubSpot's refusal if the entity's custom object no longer exists in the portal. Null if it
 * exists, if the entity is not a custom object, or if HubSpot does not list custom objects for this key.
 */
export async function explainGone(
  { name, objectType, table }: Entity,
  hubspot: HubSpot,
  failure: unknown,
): Promise<HubgenError | null> {
  const isRefused = failure instanceof HubSpotError && [400, 404].includes(failure.status ?? 0)
  if (!isRefused || !/^2-\d+$/.test(objectType)) return null
  const live = await listObjectTypes(hubspot)
  if (live === null || live.includes(objectType)) return null
  return new HubgenError(
    'OBJECT_TYPE_GONE',
    `the custom object of \`${name}\` (${objectType}) is archived or deleted in HubSpot; \`${table}\` keeps its rows and is no longer synced`,
    {
      at: failure.at,
      fix: `if this is intended, delete the folder of \`${name}\` among the generated files and its entry in hubgen.config.ts, then \`hubgen generate --all\`; if not, restore it in HubSpot`,
      cause: failure,
    },
  )
}

/** Type ids of the live custom objects; null if HubSpot refused or sent an unexpected answer. */
async function listObjectTypes(hubspot: HubSpot): Promise<readonly string[] | null> {
  try {
    const answer = await hubspot.get(hubspot.paths.schemas())
    const { results } = (answer ?? {}) as { results?: unknown }
    if (!Array.isArray(results)) return null
    return results.flatMap((schema: { objectTypeId?: unknown; archived?: unknown } | null) =>
      typeof schema?.objectTypeId === 'string' && schema.archived !== true
        ? [schema.objectTypeId]
        : [],
    )
  } catch (error) {
    if (error instanceof HubSpotError) return null
    throw error
  }
}
