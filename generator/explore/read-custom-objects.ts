import { z } from 'zod'
import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import { parseAnswer } from './parse-answer.ts'

const schemasSchema = z.object({
  results: z.array(
    z.object({
      objectTypeId: z.string(),
      name: z.string(),
      fullyQualifiedName: z.string(),
      labels: z.object({ singular: z.string().nullish(), plural: z.string().nullish() }).nullish(),
      primaryDisplayProperty: z.string().nullish(),
      archived: z.boolean().nullish(),
    }),
  ),
})

/** A custom object, as its schema describes it. */
export interface CustomObject {
  readonly typeId: string
  /** As its creator wrote it, e.g. `Vehicle`; unique in the portal, ignoring letter case. */
  readonly name: string
  /** `p{portalId}_{name}`. */
  readonly fullyQualifiedName: string
  readonly singularLabel: string
  readonly pluralLabel: string
  readonly primaryDisplayProperty: string | null
}

/** The portal's live custom objects; fails with SCOPE_MISSING also if its plan does not include any. */
export async function readCustomObjects(hubspot: HubSpot): Promise<readonly CustomObject[]> {
  const path = hubspot.paths.schemas()
  const { results } = parseAnswer(schemasSchema, await hubspot.get(path), path)
  return results
    .filter(({ archived }) => archived !== true)
    .map((schema) => ({
      typeId: schema.objectTypeId,
      name: schema.name,
      fullyQualifiedName: schema.fullyQualifiedName,
      singularLabel: schema.labels?.singular ?? schema.name,
      pluralLabel: schema.labels?.plural ?? schema.name,
      primaryDisplayProperty: schema.primaryDisplayProperty ?? null,
    }))
}
