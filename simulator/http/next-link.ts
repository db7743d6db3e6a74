import type { Context } from '../context.ts'
import type { Call } from './call.ts'

/**
 * The address of the next page: that of this call with every query option, and `after` last, as in recorded
 * answers. Clients that follow it need nothing else.
 */
export function nextLink(call: Call, context: Context, after: string): string {
  const options = [...call.query].filter(([name]) => name !== 'after')
  const query = [...options, ['after', after]].map((pair) => pair.map(encodeOption).join('='))
  return `${context.url}${call.path}?${query.join('&')}`
}

/** Leaves commas as they are: encoded, a long list of properties would exceed the limit of URLs. */
function encodeOption(text: string | undefined): string {
  return encodeURIComponent(text ?? '').replaceAll('%2C', ',')
}
