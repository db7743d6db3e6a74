import { HubSpotError } from '../../runtime/hubspot/client/hubspot-error.ts'

/** An optional fact, or null and a sentence if HubSpot refused it. */
export interface OptionalAnswer<Answer> {
  readonly answer: Answer | null
  readonly note: string | null
}

/**
 * For facts that an analysis can do without. A refusal (400, 403, 404) becomes a note `<what> not read: …`;
 * every other failure is rethrown.
 */
export async function readOptional<Answer>(
  what: string,
  answer: Promise<Answer>,
): Promise<OptionalAnswer<Answer>> {
  try {
    return { answer: await answer, note: null }
  } catch (error) {
    if (!isRefusal(error)) throw error
    return { answer: null, note: `${what} not read: ${error.message}` }
  }
}

/** HubSpot understood the call and will not answer it for this token or object type. */
export function isRefusal(error: unknown): error is HubSpotError {
  return error instanceof HubSpotError && [400, 403, 404].includes(error.status ?? 0)
}

/** The requested thing does not exist, as opposed to: this token may not see it. */
export function isAbsence(error: unknown): boolean {
  return error instanceof HubSpotError && [400, 404].includes(error.status ?? 0)
}

/** HubSpot does not know this object type, as opposed to: it has no answer about this one. */
export function isUnknownType(error: unknown, objectTypeId: string): boolean {
  if (!isAbsence(error) || !(error instanceof HubSpotError)) return false
  return error.said.includes(`Unable to infer object type from: ${objectTypeId}`)
}
