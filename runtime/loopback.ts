import { isIP } from 'node:net'

/** Whether only this machine can reach a host of this name. IPv6 addresses come without brackets. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

const privateAddresses =
  /^(?:10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.|^(?:::1$|f[cd][\da-f]{2}:|fe80:)/i

/**
 * Whether a host is usually reached by a private network only: an address of a private range, a name without a dot
 * (a service of a compose file), or one of an internal domain.
 */
export function isPrivateHost(host: string): boolean {
  if (host.startsWith('/') || isLoopback(host)) return true
  if (isIP(host) !== 0) return privateAddresses.test(host)
  return !host.includes('.') || /\.(?:internal|local|localhost|lan|svc)\.?$/i.test(host)
}
