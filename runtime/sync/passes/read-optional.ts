import { HubSpotError } from '../../hubspot/hubspot-error.ts'
import type { Emit } from '../events.ts'

/**
 * What a copy is poorer but not wrong without. A refusal (400, 403, 404) becomes a notice and its words: what
 * was read before stays, the run goes on. Null when it was read; every other failure is thrown on.
 */
export async function refusalOf(
  what: string,
  emit: Emit,
  read: () => Promise<void>,
): Promise<string | null> {
  try {
    await read()
    return null
  } catch (error) {
    if (!(error instanceof HubSpotError) || ![400, 403, 404].includes(error.status ?? 0)) {
      throw error
    }
    const { code, message, fix = null } = error
    emit({ type: 'notice', code, message: `${what} not read: ${message}`, fix })
    return `${code}: ${message}`
  }
}
