import { HubgenError } from '../../../runtime/errors.ts'

/** A command line with its portal, as typed. */
export interface PortalRequest {
  readonly portal: string
  /** The arguments without `--portal`. */
  readonly args: readonly string[]
}

/** Help and the version need no portal. */
const answeredHere = ['--help', '-h', '--version']

/**
 * The portal of a command line with `--portal acme` or `--portal=acme`; null if it names none. Fails with USAGE if it
 * names two, or nothing.
 */
export function findPortalOption(args: readonly string[]): PortalRequest | null {
  if (args.some((word) => answeredHere.includes(word))) return null
  const rest: string[] = []
  const named: string[] = []
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? ''
    if (word === '--') return requestOf(named, [...rest, ...args.slice(index)])
    const [, inline] = /^--portal(?:=(.*))?$/s.exec(word) ?? [null, null]
    if (inline === null) {
      rest.push(word)
    } else {
      if (inline === undefined) index += 1
      named.push(inline ?? args[index] ?? '')
    }
  }
  return requestOf(named, rest)
}

function requestOf(named: readonly string[], args: readonly string[]): PortalRequest | null {
  const [portal, ...others] = named
  if (portal === undefined) return null
  if (others.length > 0) {
    throw new HubgenError('USAGE', '`--portal` is given twice', {
      fix: 'name one portal; `migrate`, `check`, `status`, `doctor` and `verify` take `--portals all`',
    })
  }
  if (portal === '' || portal.startsWith('-')) {
    throw new HubgenError('USAGE', '`--portal` needs the name of a portal', {
      fix: 'type a name of hubgen.portals.ts after it: `hubgen status --portal acme`',
    })
  }
  return { portal, args }
}
