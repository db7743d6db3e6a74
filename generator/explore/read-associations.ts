import { z } from 'zod'
import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import type { AssociationType } from '../model/analysis.ts'
import type { AnsweredAssociation } from '../model/build-analysis.ts'
import { compareText } from '../model/compare-text.ts'
import { parseAnswer } from './parse-answer.ts'
import { isAbsence, isRefusal, isUnknownType, type OptionalAnswer } from './read-optional.ts'

const labelsSchema = z.object({
  results: z.array(
    z.object({ category: z.string(), typeId: z.int(), label: z.string().nullish() }),
  ),
})

/** The other end of an association. */
export interface AssociationEnd {
  readonly entity: string
  readonly objectTypeId: string
  /**
   * Whether HubSpot lists both object types for this key. If that is unknown, "there is none" may mean that the
   * key cannot see one. A refused or absent end is not asked for again.
   */
  readonly listed: 'yes' | 'unknown' | 'refused' | 'absent'
}

/**
 * The association types from one object type to each of the others, with one call each, because HubSpot does
 * not list them together. Leaves out ends without a common association; the types are null for ends that
 * HubSpot refused. Calls `onAbsent` for an end that the portal does not have.
 */
export async function readAssociations(
  hubspot: HubSpot,
  fromTypeId: string,
  ends: readonly AssociationEnd[],
  onAbsent: (objectTypeId: string) => void,
): Promise<OptionalAnswer<readonly AnsweredAssociation[]>> {
  const refused: string[] = []
  const associations = await Promise.all(
    ends.map(async ({ listed, ...end }): Promise<AnsweredAssociation> => {
      if (listed === 'refused') {
        refused.push(end.entity)
        return { ...end, types: null }
      }
      if (listed === 'absent') return { ...end, types: [] }
      try {
        return { ...end, types: await readTypes(hubspot, fromTypeId, end.objectTypeId) }
      } catch (error) {
        if (!isRefusal(error)) throw error
        if (isAbsence(error) && listed === 'yes') {
          if (isUnknownType(error, end.objectTypeId)) onAbsent(end.objectTypeId)
          return { ...end, types: [] }
        }
        refused.push(end.entity)
        return { ...end, types: null }
      }
    }),
  )
  return {
    answer: associations
      .filter(({ types }) => types?.length !== 0)
      .sort((a, b) => compareText(a.entity, b.entity)),
    note:
      refused.length === 0
        ? null
        : `associations not read, because of missing scopes: ${refused.sort(compareText).join(', ')}`,
  }
}

async function readTypes(
  hubspot: HubSpot,
  fromTypeId: string,
  toTypeId: string,
): Promise<AssociationType[]> {
  const path = hubspot.paths.associationLabels(fromTypeId, toTypeId)
  const { results } = parseAnswer(labelsSchema, await hubspot.get(path), path)
  return results
    .map(({ category, typeId, label }) => ({ category, typeId, label: label ?? null }))
    .sort((a, b) => compareText(a.category, b.category) || a.typeId - b.typeId)
}
