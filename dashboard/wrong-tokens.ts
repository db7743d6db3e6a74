import { isIP, isIPv6 } from 'node:net'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import { isLoopback } from '../runtime/loopback.ts'
import { machine } from '../runtime/machine.ts'

/** More per address would be a brute-force attack. */
const mostPerMinute = 10
/** Older addresses are forgotten, so that a flood of guesses uses no memory. */
const mostAddresses = 1_000

/** The times of wrong tokens of the last minute, by the address that sent them. */
export class WrongTokens {
  readonly #times = new Map<string, readonly number[]>()

  add(address: string): void {
    const times = [...this.#recent(address), machine.nowMs()].slice(-mostPerMinute)
    this.#times.delete(address)
    this.#times.set(address, times)
    const [oldest] = this.#times.keys()
    if (this.#times.size > mostAddresses && oldest !== undefined) this.#times.delete(oldest)
  }

  areTooMany(address: string): boolean {
    return this.#recent(address).length >= mostPerMinute
  }

  #recent(address: string): readonly number[] {
    const sinceMs = machine.nowMs() - 60_000
    return (this.#times.get(address) ?? []).filter((atMs) => atMs > sinceMs)
  }
}

/**
 * The address that a request came from: that of the connection, or the one that a proxy on this machine added last to
 * `X-Forwarded-For`; other senders could write anything there. A network of IPv6 is one address, because its owner has
 * all of its 2⁶⁴.
 */
export function addressOf(context: Context): string {
  const { address: peer = 'unknown' } = getConnInfo(context).remote
  const connected = peer.replace(/^::ffff:(?=\d+\.)/i, '')
  const [forwarded = ''] = (context.req.header('x-forwarded-for') ?? '').split(',').slice(-1)
  const named = forwarded.trim()
  const address = isLoopback(connected) && isIP(named) !== 0 ? named : connected
  return isIPv6(address) ? networkOf(address) : address
}

function networkOf(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = head.split(':')
  const zeros = tail === undefined ? [] : ['0', '0', '0', '0']
  return [...groups.filter((group) => group !== ''), ...zeros].slice(0, 4).join(':')
}
