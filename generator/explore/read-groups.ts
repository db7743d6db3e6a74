import { z } from 'zod'
import type { HubSpot } from '../../runtime/hubspot/client.ts'
import type { PropertyGroup } from '../model/analysis.ts'
import { parseAnswer } from './parse-answer.ts'

const groupsSchema = z.object({
  results: z.array(
    z.object({ name: z.string(), label: z.string().nullish(), archived: z.boolean().nullish() }),
  ),
})

/** The live property groups of an object type, in no order to rely on. */
export async function readGroups(
  hubspot: HubSpot,
  objectType: string,
): Promise<readonly PropertyGroup[]> {
  const path = hubspot.paths.propertyGroups(objectType)
  const { results } = parseAnswer(groupsSchema, await hubspot.get(path), path)
  return results
    .filter(({ archived }) => archived !== true)
    .map(({ name, label }) => ({ name, label: label ?? '' }))
}
