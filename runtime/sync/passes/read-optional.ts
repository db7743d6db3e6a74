import { HubSpotError } from '../../hubspot/client/hubspot-error.ts'
import type { Emit } from '../events.ts'

/**
 * Reads an optional part of the copy. A refusal (400, 403, 404) becomes a notice and is returned as text:
 * existing rows stay, and the run continues. Returns null on success; other errors are rethrown.
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
