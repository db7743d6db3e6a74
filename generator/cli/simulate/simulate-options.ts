import { HubgenError } from '../../../runtime/errors.ts'
import { type Fault, faultKinds } from '../../../simulator/fault.ts'
import type { Latency } from '../../../simulator/latency.ts'
import type { Limits } from '../../../simulator/limits.ts'
import type { ObjectType } from '../../../simulator/store.ts'
import { nearestName } from '../../model/nearest-name.ts'

/** The port that `hubgen simulate` takes by default, and `hubgen init` writes. */
export const simulatorPort = '5555'

/** The simulator could serve more, but the printed counts would be hard to read. */
const mostRecords = 100_000_000

export function readSeed(text: string): number {
  return wholeNumber(text, '--seed')
}

export function readPortalId(text: string): number {
  const portalId = wholeNumber(text, '--portal-id')
  if (portalId > 0 && Number.isSafeInteger(portalId)) return portalId
  throw usage('--portal-id takes a whole number from 1')
}

/** Parses `contacts=10000,deals=5000`, possibly repeated, into counts by the store's names. */
export function readRecords(
  texts: readonly string[],
  types: readonly ObjectType[],
): Readonly<Record<string, number>> {
  const pairs = texts.flatMap((text) => text.split(',')).filter((pair) => pair !== '')
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', count = ''] = pair.split('=')
      const type = findType(name.trim(), types)
      const records = wholeNumber(count, `--records ${type.name}`)
      if (records > mostRecords) {
        throw usage(`--records takes up to ${mostRecords} per object type, found \`${count}\``)
      }
      return [type.name, records]
    }),
  )
}

function findType(name: string, types: readonly ObjectType[]): ObjectType {
  const names = (type: ObjectType): string[] => [type.name, type.singularName]
  const wanted = name.toLowerCase()
  const found = types.find((type) => names(type).some((known) => known.toLowerCase() === wanted))
  if (found !== undefined) return found
  const nearest = nearestName(name, types.flatMap(names))
  throw new HubgenError('UNKNOWN_ENTITY', `the simulator has no object \`${name}\``, {
    at: '--records',
    fix:
      nearest === null
        ? `use one of ${types.map((type) => type.name).join(', ')}`
        : `did you mean \`${nearest}\`?`,
  })
}

/** Calls per ten seconds, or `none`. */
export function readLimits(text: string): Limits {
  if (text === 'none') return 'none'
  const burst = wholeNumber(text, '--limit')
  if (burst === 0) throw usage('--limit takes at least 1, or `none`')
  return { burst }
}

/** Bytes of a URL. */
export function readUrlLimit(text: string): number {
  const bytes = wholeNumber(text, '--url-limit')
  if (bytes < leastUrlBytes) throw usage(`--url-limit takes at least ${leastUrlBytes}`)
  return bytes
}

/** With less, no path would fit. */
const leastUrlBytes = 200

/** Characters of a search body, or `none`. */
export function readSearchLimit(text: string): number {
  return text === 'none' ? Number.POSITIVE_INFINITY : wholeNumber(text, '--search-limit')
}

/** `200` or `150-400`. */
export function readLatency(text: string): Latency {
  const [low = '', high] = text.split('-')
  const minMs = wholeNumber(low, '--latency')
  if (high === undefined) return minMs
  const maxMs = wholeNumber(high, '--latency')
  if (maxMs < minMs) throw usage(`--latency takes the lower number first, found \`${text}\``)
  return { minMs, maxMs }
}

/** Faults that the command line can switch on; `change` needs a program. */
const namedKinds = faultKinds.filter((kind) => kind !== 'change')

/** How to switch faults on, before the simulator starts and while it runs. */
export const faultsHelp =
  '`--fault html_502` occurs once, `--fault html_502:0.02` in two calls of a hundred; `--fault ' +
  `index_lag:5000\` delays the search index by five seconds. Kinds: ${namedKinds.join(', ')}.\n` +
  'While the simulator runs:\n' +
  '  curl localhost:5555/simulator/faults -d \'{"kind": "slow", "rate": 0.1}\'\n' +
  '  curl -X DELETE localhost:5555/simulator/faults\n' +
  'localhost:5555/ lists the routes, the kinds and the other fields of a fault.'

/** `kind`, which occurs once, or `kind:rate`; for `index_lag` the number is milliseconds. */
export function readFault(text: string): Fault {
  const [name = '', number] = text.split(':')
  const kind = namedKinds.find((known) => known === name)
  if (kind === undefined) {
    const nearest = nearestName(name, namedKinds)
    const fix =
      nearest === null ? `use one of ${namedKinds.join(', ')}` : `did you mean \`${nearest}\`?`
    throw new HubgenError('USAGE', `there is no fault \`${name}\``, { at: '--fault', fix })
  }
  if (number === undefined) return { kind }
  if (kind === 'index_lag') return { kind, ms: wholeNumber(number, '--fault index_lag') }
  const rate = Number(number)
  if (number === '' || !(rate >= 0 && rate <= 1)) {
    throw usage(`the rate of a fault must be from 0 to 1, found \`${text}\``)
  }
  return { kind, rate }
}

/**
 * Comma-separated or repeated; undefined, which means every scope, if none is given. HubSpot has many more
 * scopes than the simulator checks: unknown ones are accepted so that a key's own list works, misspelled ones
 * are not.
 */
export function readScopes(
  texts: readonly string[],
  types: readonly ObjectType[],
): readonly string[] | undefined {
  const scopes = texts
    .flatMap((text) => text.split(','))
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '')
  const asked = types.flatMap(({ recordScopes, schemaScopes }) => [
    ...recordScopes,
    ...schemaScopes,
  ])
  const read = ['oauth', 'crm.objects.owners.read', ...asked]
  const known = [...new Set([...read, ...read.map((scope) => scope.replace(/read$/, 'write'))])]
  for (const scope of scopes) {
    if (known.includes(scope)) continue
    const nearest = nearestName(scope, known)
    if (nearest === null && isScope(scope)) continue
    const fix =
      nearest === null ? `use one of ${known.sort().join(', ')}` : `did you mean \`${nearest}\`?`
    throw new HubgenError('USAGE', `there is no scope \`${scope}\``, { at: '--scopes', fix })
  }
  return scopes.length === 0 ? undefined : scopes
}

/** HubSpot's scopes without dots; all others have the form `area.thing.right`. */
const plainScopes = new Set(
  `accounting actions automation business-intelligence content e-commerce files forms hubdb
  integration-sync oauth sales-email-read social tickets timeline transactional-email`.split(/\s+/),
)

function isScope(text: string): boolean {
  return plainScopes.has(text) || /^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+$/.test(text)
}

function wholeNumber(text: string, option: string): number {
  if (/^\d{1,15}$/.test(text.trim())) return Number(text)
  throw usage(`${option} takes a whole number, found \`${text}\``)
}

function usage(message: string): HubgenError {
  return new HubgenError('USAGE', message, { fix: '`hubgen simulate --help`' })
}
