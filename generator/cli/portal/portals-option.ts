import { HubgenError } from '../../../runtime/errors.ts'
import { commandOf } from '../command-of.ts'

/** A command line for every portal. */
export interface PortalsRequest {
  /** The arguments without `--portals` and `--canary`. */
  readonly args: readonly string[]
  readonly format: 'json' | 'text'
  /** The portal that is migrated first. */
  readonly canary: string | null
}

/** The commands that have `--portals`. */
const forAll = ['check', 'doctor', 'migrate', 'status', 'verify']
const answeredHere = ['--help', '-h', '--version']

/**
 * The request of a command line with `--portals all`; null if it has none, or if the command has no such option, which
 * the program then says. Fails with USAGE.
 */
export function findPortalsOption(args: readonly string[]): PortalsRequest | null {
  if (args.some((word) => answeredHere.includes(word))) return null
  if (!forAll.includes(commandOf(args) ?? '')) return null
  const rest: string[] = []
  const values = new Map<string, string>()
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? ''
    const [, option = '', inline] = /^--(portals|canary)(?:=(.*))?$/s.exec(word) ?? []
    if (option === '') {
      rest.push(word)
      continue
    }
    if (values.has(option)) throw usage(`\`--${option}\` is given twice`)
    if (inline === undefined) index += 1
    values.set(option, inline ?? args[index] ?? '')
  }
  return requestOf(rest, values)
}

function requestOf(
  args: readonly string[],
  values: ReadonlyMap<string, string>,
): PortalsRequest | null {
  const [portals, canary] = [values.get('portals'), values.get('canary')]
  if (portals === undefined && canary === undefined) return null
  if (portals !== 'all') {
    throw usage('`--portals` takes `all`; for one portal type `--portal` and its name')
  }
  if (args.some((word) => /^--portal(=|$)/.test(word))) {
    throw usage('`--portal` and `--portals` exclude each other')
  }
  if (canary !== undefined && commandOf(args) !== 'migrate') {
    throw usage('only `hubgen migrate` takes `--canary`')
  }
  const format = args.some((word) => /^--json(=true)?$/.test(word)) ? 'json' : 'text'
  return { args, format, canary: canary ?? null }
}

function usage(message: string): HubgenError {
  return new HubgenError('USAGE', message, {
    fix: '`hubgen migrate --portals all --canary acme`, or `hubgen status --portals all`',
  })
}
