import type { HubgenCode } from '../../errors.ts'
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

/** Says what an answer lacks, so that rows it does not have are not taken for gone, and gives the words for the pass's state. */
export function sayIncomplete(emit: Emit, code: HubgenCode, lacks: string): string {
  const message = `HubSpot's answer lacks ${lacks}: rows that it does not have stay as they are`
  emit({
    type: 'notice',
    code,
    message,
    fix: 'nothing here mends it: the next run asks again; if it stays, report it to HubSpot',
  })
  return `${code}: ${message}`
}

/** Says that HubSpot lists nothing where the table has something, and gives the words for the pass's state. */
export function sayEmpty(emit: Emit, code: HubgenCode, nothing: string): string {
  const message = `HubSpot lists ${nothing}, and the table has some: it stays as it is`
  emit({
    type: 'notice',
    code,
    message,
    fix: 'look at what the key may read; the next run asks again',
  })
  return `${code}: ${message}`
}
