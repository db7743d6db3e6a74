import type { Environment } from '../../environment.ts'
import { HubgenError } from '../../errors.ts'

/** An HTTP proxy that opens tunnels to HubSpot, so that it sees no token and no record. */
export interface HttpProxy {
  /** May contain a login, so it is never shown. */
  readonly url: string
  /** The URL without its login. */
  readonly label: string
  /** The variable that sets it. */
  readonly variable: string
}

/** Lower case takes precedence, as in curl and Node. */
const variables = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'] as const

/**
 * The proxy for calls to an address: HTTPS_PROXY or HTTP_PROXY, in either case, unless NO_PROXY names the host. Plain
 * http never takes a proxy, which would see the token; it is allowed only for this machine. Fails with PROXY_INVALID.
 */
export function findProxy(environment: Environment, baseUrl: string): HttpProxy | undefined {
  const target = new URL(baseUrl)
  const variable = variables.find((name) => (environment[name] ?? '').trim() !== '')
  if (variable === undefined || target.protocol !== 'https:') return undefined
  if (isExcluded(target, environment['no_proxy'] || environment['NO_PROXY'] || '')) return undefined
  return readProxy(variable, environment[variable]?.trim() ?? '')
}

function readProxy(variable: string, text: string): HttpProxy {
  // curl takes `proxy.example.com:3128` as well.
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new HubgenError('PROXY_INVALID', `${variable} is not the address of an HTTP proxy`, {
      at: 'environment or .env',
      fix: 'write `http://host:port` or `http://user:password@host:port`, with `%` escapes for special characters in the password; SOCKS is not supported',
    })
  }
  return { url: url.href, label: url.origin, variable }
}

/** `hubapi.com`, `.hubapi.com` and `*.hubapi.com` name the host and everything below it; `*` names every host. */
function isExcluded({ hostname, port }: URL, list: string): boolean {
  return list.split(/[\s,]+/).some((entry) => {
    const [, name = '', only] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? []
    if (name === '*') return true
    if (name === '' || (only !== undefined && only !== (port || '443'))) return false
    return hostname === name || hostname.endsWith(`.${name}`)
  })
}
