import { HubgenError } from '../../../runtime/errors.ts'
import { machine } from '../../../runtime/machine.ts'
import { parseLogLevel } from '../../../runtime/sync/log-level.ts'
import type { SyncOptions } from '../../../runtime/sync/sync-options.ts'
import { readDuration } from '../../config/read-duration.ts'
import { readInterval } from './read-interval.ts'

/** The options of a sync that a flag may set: the command itself sets the rest. */
export type FlagOptions = Omit<
  SyncOptions,
  'connect' | 'database' | 'onEvent' | 'signal' | 'until' | 'watch'
>

/**
 * Everything that the flags of `hubgen sync` may set: options of each sync, and of the command around them.
 */
export interface AskedSync extends FlagOptions {
  readonly format?: 'json' | 'text'
  readonly detail?: 'everything'
  /** Print the estimated cost instead of syncing. */
  readonly plan?: true
  /** For all entities together. */
  readonly maxCalls?: number
  /** From the start of one round to the start of the next; a single round if not given. */
  readonly everyMs?: number
  /** The time for all entities together, or for all of a round. */
  readonly sliceMs?: number
}

/** At least one of the options. */
type SomeOf<Options> = {
  [Name in keyof Options]-?: Required<Pick<Options, Name>>
}[keyof Options]

/**
 * `sets` returns the options that the flag changes. A flag that changes nothing does not compile.
 * @internal Exported for tests.
 */
export type Flag<Options> =
  | {
      readonly type: 'boolean'
      readonly describe: string
      readonly sets: () => SomeOf<Options>
    }
  | {
      readonly type: 'string'
      readonly describe: string
      readonly sets: (typed: string) => SomeOf<Options>
    }

export type FlagTable<Options> = Readonly<Record<string, Flag<Options>>>

/** Every flag of `hubgen sync`, in the order of its help. */
export const syncFlags = {
  full: {
    type: 'boolean',
    describe: 'Read every record again from the start',
    sets: () => ({ full: true }),
  },
  audit: {
    type: 'boolean',
    describe: 'Also compare 200 random records with HubSpot now, as one run does each day',
    sets: () => ({ audit: true }),
  },
  since: {
    type: 'string',
    describe: 'Read changes since a time: 2026-11-25, 2026-11-25T08:00Z, 3d, 12h',
    sets: (typed) => ({ since: parseSince(typed, machine.nowMs()) }),
  },
  'allow-deletes': {
    type: 'boolean',
    describe: 'Mark missing records as deleted, however many there are',
    sets: () => ({ brake: false }),
  },
  plan: {
    type: 'boolean',
    describe: 'Print the estimated API calls, duration and share of the daily quota; read nothing',
    sets: () => ({ plan: true }),
  },
  'max-calls': {
    type: 'string',
    describe:
      'End after N API calls for all entities together, with exit code 0; the next run resumes; with --every, per round',
    sets: (typed) => ({ maxCalls: readMaxCalls(typed) }),
  },
  every: {
    type: 'string',
    describe: 'Repeat every 15m, 2h or 1d (±10 % jitter, at most 1 min) until Ctrl-C or `kill`',
    sets: (typed) => ({ everyMs: readInterval(typed) }),
  },
  slice: {
    type: 'string',
    describe:
      'End at the first checkpoint after 10m, 2h, for all entities together; the entity that waits longest comes first; exit code 3: more to do, 4: other runs hold the rest',
    sets: (typed) => ({ sliceMs: readSlice(typed) }),
  },
  'log-level': {
    type: 'string',
    describe: 'Log level: error, warn, info or debug; default HUBGEN_LOG_LEVEL, or info',
    sets: (typed) => ({ logLevel: parseLogLevel(typed, '--log-level', syncHelp) }),
  },
  verbose: {
    type: 'boolean',
    describe: 'Also print the target, every count, reasons, passes and the log',
    sets: () => ({ detail: 'everything' }),
  },
  json: {
    type: 'boolean',
    describe: 'Events as JSON lines',
    sets: () => ({ format: 'json' }),
  },
} as const satisfies FlagTable<AskedSync>

/** The command that explains the flags. */
export const syncHelp = '`hubgen sync --help`'

/** The flags in the form that yargs takes. */
export function declareFlags<Table extends FlagTable<AskedSync>>(flags: Table): Declared<Table> {
  const declared = Object.entries(flags).map(([name, { type, describe }]) => [
    name,
    type === 'boolean' ? { type, default: false, describe } : { type, describe },
  ])
  return Object.fromEntries(declared)
}

type Declared<Table extends FlagTable<AskedSync>> = {
  [Name in keyof Table]: { readonly type: Table[Name]['type']; readonly describe: string }
}

/** The options that the flags on a command line set together. */
export function readFlags(typed: Readonly<Record<string, unknown>>): AskedSync {
  let asked: AskedSync = {}
  for (const [name, flag] of Object.entries<Flag<AskedSync>>(syncFlags)) {
    const value = typed[name]
    if (flag.type === 'boolean' && value === true) asked = { ...asked, ...flag.sets() }
    if (flag.type === 'string' && typeof value === 'string') {
      asked = { ...asked, ...flag.sets(value) }
    }
  }
  return asked
}

/** The flags of a command line as they were typed, without `--plan` and those of the output. */
export function repeatFlags(typed: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(syncFlags).flatMap((name) => {
    const value = typed[name]
    if (unrepeated.has(name) || value === undefined || value === false) return []
    return value === true ? [`--${name}`] : [`--${name} ${value}`]
  })
}

const unrepeated: ReadonlySet<string> = new Set(['plan', 'verbose', 'json'])

/** `10m` in milliseconds, from a second to a week. Fails with USAGE. */
function readSlice(text: string): number {
  const ms = readDuration(text) * 1_000
  if (ms >= 1_000 && ms <= 7 * 86_400_000) return ms
  throw new HubgenError(
    'USAGE',
    `\`--slice\` takes a time from \`1s\` to \`7d\`, found \`${text}\``,
    {
      fix: 'give one number and one unit: 30s, 10m, 2h',
    },
  )
}

function readMaxCalls(text: string): number {
  if (/^\d{1,15}$/.test(text) && Number(text) > 0) return Number(text)
  throw new HubgenError('USAGE', `\`--max-calls\` takes a whole number from 1, found \`${text}\``, {
    fix: syncHelp,
  })
}

/** HubSpot's search refuses earlier times. */
const earliest = Date.UTC(2005, 0, 1)

/**
 * `2026-11-25`, `2026-11-25T08:00Z`, or a duration before now: `3d`, `12h`, `90m`. Fails with SINCE_INVALID.
 */
function parseSince(text: string, nowMs: number): Date {
  const agoMs = readDuration(text) * 1_000
  const isDate = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/.test(text.trim())
  const ms = isDate ? Date.parse(text.trim()) : nowMs - agoMs
  if (Number.isNaN(ms) || ms > nowMs) {
    const why = ms > nowMs ? 'is in the future' : 'is not a time'
    throw new HubgenError('SINCE_INVALID', `\`${text}\` ${why}`, {
      fix: 'give a date (2026-11-25), a time (2026-11-25T08:00Z) or a duration before now (3d, 12h, 90m)',
    })
  }
  return new Date(Math.max(ms, earliest))
}
