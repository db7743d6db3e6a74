import { HubSpotError } from '../../hubspot/hubspot-error.ts'
import type { Emit } from '../events.ts'

/**
 * What a copy is poorer but not wrong without. A refusal (400, 403, 404) becomes a notice and null: what
 * was read before stays, the run goes on. Every other failure is thrown on.
 */
export async function readOptional<Answer>(
  what: string,
  emit: Emit,
  read: () => Promise<Answer>,
): Promise<Answer | null> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof HubSpotError) || ![400, 403, 404].includes(error.status ?? 0)) {
      throw error
    }
    const { code, message, fix = null } = error
    emit({ type: 'notice', code, message: `${what} not read: ${message}`, fix })
    return null
  }
}
