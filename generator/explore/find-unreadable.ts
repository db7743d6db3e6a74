import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import { listRecords } from '../../runtime/hubspot/records.ts'
import type { PropertyDefinition } from '../model/build-analysis.ts'
import type { EntityTarget } from './entity-target.ts'
import { isRefusal } from './read-optional.ts'

/**
 * Finds the sensitive properties whose values this token cannot read, with the reason. Definitions need no
 * scope of their own but values do, so it requests them for one record: HubSpot refuses, leaves the property
 * out, or answers. Without a record, a property counts as unreadable: a value copied by mistake is worse than
 * a column that the next exploration adds.
 */
export async function findUnreadable(
  hubspot: HubSpot,
  target: EntityTarget,
  definitions: readonly PropertyDefinition[],
): Promise<ReadonlyMap<string, string>> {
  const unreadable = new Map<string, string>()
  for (const sensitivity of ['sensitive', 'highly_sensitive'] as const) {
    const asked = definitions.filter((one) => !one.archived && one.sensitivity === sensitivity)
    const names = asked.map(({ name }) => name)
    const answered = await answeredNames(hubspot, target.objectType.id, names)
    for (const name of names) {
      if (!answered.has(name)) unreadable.set(name, unreadableReason(sensitivity, target))
    }
  }
  return unreadable
}

/** Also used for a saved answer, which does not show what a token may read. */
export function unreadableReason(
  sensitivity: 'sensitive' | 'highly_sensitive',
  target: EntityTarget,
): string {
  const object = target.objectType.custom ? 'custom' : target.entity
  const scope = `crm.objects.${object}.${sensitivity}.read`
  return `Its values need the scope \`${scope}\`, which this token is not known to have.`
}

async function answeredNames(
  hubspot: HubSpot,
  objectType: string,
  properties: readonly string[],
): Promise<ReadonlySet<string>> {
  if (properties.length === 0) return new Set()
  try {
    for await (const [record] of listRecords(hubspot, { objectType, properties, limit: 1 })) {
      return new Set(Object.keys(record?.properties ?? {}))
    }
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
  return new Set()
}
