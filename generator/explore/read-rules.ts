import { z } from 'zod'
import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import type { ValidationRule } from '../model/analysis.ts'
import { parseAnswer } from './parse-answer.ts'
import { isAbsence } from './read-optional.ts'

const rulesSchema = z.object({
  results: z.array(
    z.object({
      propertyName: z.string().min(1),
      propertyValidationRules: z
        .array(
          z.object({
            ruleType: z.string().min(1),
            ruleArguments: z.array(z.string()).nullish(),
          }),
        )
        .nullish(),
    }),
  ),
})

/**
 * The validation rules of an object type, in no particular order. Null if HubSpot has no answer about this
 * object type, which is no news: the rules of an earlier analysis stay.
 */
export async function readRules(
  hubspot: HubSpot,
  objectType: string,
): Promise<readonly ValidationRule[] | null> {
  const path = hubspot.paths.propertyRules(objectType)
  let body: unknown
  try {
    body = await hubspot.get(path)
  } catch (error) {
    if (isAbsence(error)) return null
    throw error
  }
  const { results } = parseAnswer(rulesSchema, Array.isArray(body) ? { results: body } : body, path)
  return results.flatMap(({ propertyName: property, propertyValidationRules }) =>
    (propertyValidationRules ?? []).map(({ ruleType: kind, ruleArguments }) => ({
      property,
      kind,
      arguments: ruleArguments ?? [],
    })),
  )
}
