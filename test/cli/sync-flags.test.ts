import { describe, expect, it } from 'vitest'
import {
  type AskedSync,
  type Flag,
  type FlagTable,
  readFlags,
  repeatFlags,
  syncFlags,
} from '../../generator/cli/sync/sync-flags.ts'

const words = 'what it does'

/** The build fails if one of these lines compiles. */
const tried = {
  // @ts-expect-error A flag says what it sets.
  silent: { type: 'boolean', describe: words },
  // @ts-expect-error It sets something.
  nothing: { type: 'boolean', describe: words, sets: () => ({}) },
  // @ts-expect-error What it sets is an option of a sync or of the command.
  unknown: { type: 'string', describe: words, sets: (typed) => ({ batchRow: Number(typed) }) },
  // @ts-expect-error The value has the option's type.
  mistyped: { type: 'string', describe: words, sets: (typed) => ({ batchRows: typed }) },
  // @ts-expect-error The command itself sets the database.
  reserved: { type: 'boolean', describe: words, sets: () => ({ database: undefined }) },
  batchRows: {
    type: 'string',
    describe: words,
    sets: (typed) => ({ batchRows: Number(typed) }),
  },
} satisfies FlagTable<AskedSync>

describe('the flags of hubgen sync', () => {
  it('compile only where they set an option to a value of its type', () => {
    expect(tried.batchRows.sets('500')).toEqual({ batchRows: 500 })
  })

  const typed = {
    full: true,
    audit: true,
    since: '3d',
    'allow-deletes': true,
    plan: true,
    'max-calls': '500',
    every: '15m',
    slice: '10m',
    'log-level': 'debug',
    verbose: true,
    json: true,
  } satisfies Record<keyof typeof syncFlags, string | boolean>

  it('set one option each', () => {
    for (const [name, value] of Object.entries(typed)) {
      expect(Object.keys(readFlags({ [name]: value })), name).toHaveLength(1)
    }
    expect(readFlags(typed)).toMatchObject({
      full: true,
      audit: true,
      since: expect.any(Date),
      brake: false,
      plan: true,
      maxCalls: 500,
      everyMs: 15 * 60_000,
      sliceMs: 10 * 60_000,
      logLevel: 'debug',
      detail: 'everything',
      format: 'json',
    })
  })

  it('set nothing that was not typed', () => {
    const untyped = Object.entries<Flag<AskedSync>>(syncFlags).map(([name, { type }]) => [
      name,
      type === 'boolean' ? false : undefined,
    ])
    expect(readFlags(Object.fromEntries(untyped))).toEqual({})
  })

  it('are repeated as they were typed, without the plan and its output', () => {
    expect(repeatFlags(typed)).toEqual([
      '--full',
      '--audit',
      '--since 3d',
      '--allow-deletes',
      '--max-calls 500',
      '--every 15m',
      '--slice 10m',
      '--log-level debug',
    ])
  })
})
