import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HubgenError } from '../../runtime/errors.ts'
import { noCounts } from '../../runtime/postgres/state/run-counts.ts'
import type { SyncEvent, SyncEventBody } from '../../runtime/sync/events.ts'
import { renderBar, renderLine } from '../../runtime/sync/progress.ts'
import type { SyncReport } from '../../runtime/sync/report.ts'
import {
  renderDetails,
  renderLine as renderRun,
  renderTable,
} from '../../runtime/terminal/summary.ts'
import { openTerminal, type TerminalView } from '../../runtime/terminal/terminal.ts'

const progress = {
  entity: 'deals',
  read: 26_000,
  total: 50_000,
  elapsedSeconds: 14,
  waiting: null,
}

const report: SyncReport = {
  entity: 'deals',
  table: 'hubspot.deal',
  runId: '7',
  mode: 'full',
  outcome: 'succeeded',
  read: 50_000,
  inserted: 49_000,
  updated: 700,
  unchanged: 298,
  deleted: 0,
  rejectedValues: 214,
  rejectedRecords: 2,
  unread: 0,
  sanitized: 3,
  unanswered: [],
  rejections: [
    { property: 'closedate', reason: 'not_a_datetime', count: 120 },
    { property: 'amount', reason: 'not_a_number', count: 60 },
    { property: 'a_name_of_ninety_nine'.repeat(4), reason: 'integer_out_of_range', count: 20 },
    { property: 'b', reason: 'several_values', count: 10 },
    { property: 'c', reason: 'several_values', count: 2 },
    { property: 'd', reason: 'several_values', count: 1 },
    { property: 'e', reason: 'several_values', count: 1 },
  ],
  passes: [],
  batches: 50,
  calls: 501,
  retries: 2,
  seconds: 26.41,
  logFile: '/elsewhere/.hubgen/logs/x.txt',
  error: null,
}

const requested: SyncEventBody = { type: 'run_requested', limit: null, logFile: 'x.txt' }
const started: SyncEventBody = {
  type: 'run_started',
  runId: '7',
  mode: 'full',
  reason: null,
  portalId: 7,
  table: 'hubspot.deal',
  database: 'localhost:5432/crm',
}

/** The output of a run; `at` in seconds. */
function show(
  events: readonly [atSeconds: number, event: SyncEventBody][],
  output: { isTTY?: boolean; columns?: number } = {},
  environment: NodeJS.ProcessEnv = { TERM: 'xterm' },
  view: TerminalView = { format: 'text', detail: 'everything' },
): string {
  let written = ''
  const write = (text: string) => {
    written += text
  }
  const terminal = openTerminal({ write, ...output }, view, environment)
  for (const [atSeconds, body] of events) {
    const event: SyncEvent = {
      at: new Date(atSeconds * 1_000).toISOString(),
      entity: 'deals',
      ...body,
    }
    terminal.show(event)
  }
  terminal.close()
  return written
}

function pages(atSeconds: readonly number[]): [number, SyncEventBody][] {
  return atSeconds.map((at, index) => [
    at,
    { type: 'page_read', records: 100, read: (index + 1) * 100 },
  ])
}

describe('the progress bar', () => {
  it('shows share, count, rate, time and time left', () => {
    expect(renderBar(progress, 79)).toBe(
      'deals  █████████████░░░░░░░░░░░░   52%  26,000/50,000  1,857/s  14 s, 13 s left',
    )
  })

  it('does without a total', () => {
    expect(renderBar({ ...progress, total: null }, 79)).toBe('deals  26,000 read  1,857/s  14 s')
  })

  it('says what is waited for', () => {
    expect(renderBar({ ...progress, waiting: 'HubSpot answered 502, retrying in 4 s' }, 79)).toBe(
      'deals  26,000 read  HubSpot answered 502, retrying in 4 s',
    )
  })

  it('never wraps, and never promises more than all', () => {
    const any = fc.record({
      entity: fc.constantFrom(
        'deals',
        'feedback_submissions',
        'p8100142_a_rather_long_custom_object',
      ),
      read: fc.nat(5_000_000),
      total: fc.option(fc.nat(5_000_000)),
      elapsedSeconds: fc.nat(500_000),
      waiting: fc.option(fc.string({ maxLength: 200 })),
    })
    fc.assert(
      fc.property(any, fc.integer({ min: 20, max: 79 }), (state, columns) => {
        const bar = renderBar(state, columns)
        expect(bar.length).toBeLessThanOrEqual(columns)
        const percent = /(\d+)%/.exec(bar)?.[1]
        expect(Number(percent ?? 0)).toBeLessThanOrEqual(100)
      }),
    )
  })

  it('is redrawn in place at most ten times per second, and removed at the end', () => {
    const written = show(
      [
        [0, requested],
        [0, started],
        ...pages(Array.from({ length: 100 }, (_, index) => 1 + index / 100)),
      ],
      { isTTY: true, columns: 80 },
    )
    const draws = written.split('\r').length - 1
    expect(draws).toBeGreaterThan(5)
    expect(draws).toBeLessThanOrEqual(13)
    expect(written.split('\n')).toHaveLength(2)
    expect(written.endsWith('\r\x1b[K')).toBe(true)
  })
})

describe('plain lines', () => {
  it.each([
    ['a pipe', {}, { TERM: 'xterm' }],
    ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }],
  ])('go to %s every five seconds, without control characters', (_, output, environment) => {
    const written = show(
      [
        [0, requested],
        [0, started],
        [0, { type: 'total_counted', total: 50_000 }],
        ...pages(Array.from({ length: 110 }, (_, index) => index / 10)),
      ],
      output,
      environment,
    )
    expect(written).toBe(
      'deals: portal 7 → hubspot.deal in localhost:5432/crm; full sync\n' +
        'deals: 5,100 of 50,000 records read, 1,020/s, 5 s\n' +
        'deals: 10,100 of 50,000 records read, 1,010/s, 10 s\n',
    )
  })

  it('say what is waited for before the run has begun', () => {
    const retry: SyncEventBody = {
      type: 'retry',
      reason: 'server_error',
      status: 502,
      method: 'GET',
      path: '/account-info/2026-09/details',
      what: 'answered 502',
      attempt: 1,
      delayMs: 30_000,
    }
    expect(
      show([
        [100, requested],
        [106, retry],
      ]),
    ).toBe('deals: 0 records read, 0/s, 6 s; HubSpot answered 502, retrying in 30 s\n')
  })

  it('name a batch that was rolled back', () => {
    const failed: SyncEventBody = {
      type: 'batch_failed',
      batch: 2,
      records: 2,
      firstRecordId: '11',
      lastRecordId: '12',
      recordIds: ['11', '12'],
      code: 'DISK_FULL',
      message: 'the database has no space left',
    }
    expect(
      show([
        [0, started],
        [1, failed],
      ]),
    ).toContain('deals: batch 2 rolled back, 2 records from 11 to 12\n')
  })

  it('count each pass by itself, and name it', () => {
    const written = show([
      [0, { type: 'run_requested', limit: null, logFile: 'log.txt' }],
      [0, { type: 'pass_started', pass: 'records', resumedFrom: null, position: null }],
      ...pages([10, 20]),
      [20, { type: 'pass_started', pass: 'changes', resumedFrom: null, position: null }],
      ...pages([30]),
    ])
    expect(written).toContain('deals: 200 records read, 10/s, 20 s\n')
    expect(written).toContain('deals: changed records: 100 records read, 10/s, 10 s\n')
  })

  it('are right for a run without a total', () => {
    expect(renderLine({ ...progress, total: null })).toBe(
      'deals: 26,000 records read, 1,857/s, 14 s',
    )
  })
})

describe('JSON lines', () => {
  it('are one object an event', () => {
    const view = { format: 'json', detail: 'outcome' } as const
    const lines = show([[0, requested], [0, started], ...pages([1])], { isTTY: true }, {}, view)
      .trimEnd()
      .split('\n')
    expect(lines.map((line) => JSON.parse(line).type)).toEqual([
      'run_requested',
      'run_started',
      'page_read',
    ])
    expect(JSON.parse(lines[1] ?? '')).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      entity: 'deals',
      ...started,
    })
  })
})

describe('only the outcome', () => {
  const outcome: TerminalView = { format: 'text', detail: 'outcome' }
  const notice: SyncEventBody = {
    type: 'notice',
    code: 'ROWS_DROPPED',
    message: 'a row is missing',
    fix: '`hubgen quarantine deals`',
  }

  it('is notices, without the target and without the pass that resumes', () => {
    const resumed: SyncEventBody = {
      type: 'pass_started',
      pass: 'changes',
      resumedFrom: '2026-11-25T08:00:00Z',
      position: null,
    }
    const events: [number, SyncEventBody][] = [
      [0, requested],
      [0, started],
      [0, resumed],
      [1, notice],
    ]
    const both = 'notice[ROWS_DROPPED]: deals: a row is missing\n  fix: `hubgen quarantine deals`\n'
    expect(show(events, {}, {}, outcome)).toBe(both)
    const all = show(events, {}, {})
    expect(all).toContain('deals: portal 7 → hubspot.deal in localhost:5432/crm; full sync\n')
    expect(all).toContain('deals: changed records: resumes where it was interrupted')
    expect(all).toContain(both)
  })
})

describe('a run in one line', () => {
  const quiet = {
    ...report,
    ...{ inserted: 0, updated: 0, rejectedValues: 0, rejectedRecords: 0, sanitized: 0 },
    mode: 'incremental',
    seconds: 1.51,
  } as const

  it.each([
    [report, '✓ deals  49,000 new  700 changed  214 values set aside  2 records set aside  26.4 s'],
    [
      { ...quiet, inserted: 990, updated: 3, deleted: 2 },
      '✓ deals  990 new  3 changed  2 deleted  1.5 s',
    ],
    [
      { ...quiet, rejectedValues: 1, unread: 4 },
      '✓ deals  1 value set aside  4 records not read  1.5 s',
    ],
    [quiet, '✓ deals  no changes  1.5 s'],
    [{ ...quiet, seconds: 125 }, '✓ deals  no changes  2:05'],
    [{ ...quiet, inserted: 5, outcome: 'partial' }, '✗ deals  incomplete  5 new  1.5 s'],
    [{ ...quiet, outcome: 'failed' }, '✗ deals  failed  nothing written  1.5 s'],
    [{ ...quiet, inserted: 5, outcome: 'cancelled' }, '! deals  cancelled  5 new  1.5 s'],
    [{ ...quiet, outcome: 'limited' }, '! deals  stopped at its limit  1.5 s'],
  ] as const)('has no count of zero (%#)', (run, line) => {
    expect(renderRun(run)).toBe(line)
  })

  const pass = { pass: 'companies', unit: 'links', outcome: 'completed', error: null } as const
  const links = { ...noCounts, ...pass, inserted: 2, deleted: 1, calls: 4, seconds: 0.2 }

  it('counts changed links, except in a full sync, where all are new', () => {
    expect(renderRun({ ...quiet, passes: [links] })).toBe('✓ deals  3 links changed  1.5 s')
    expect(renderRun({ ...quiet, mode: 'full', passes: [links] })).toBe(
      '✓ deals  no changes  1.5 s',
    )
  })

  it('is aligned with those of longer names', () => {
    expect(renderRun(quiet, 'line_items'.length)).toBe('✓ deals       no changes  1.5 s')
  })

  it('has every count, reasons, passes and the log below it if asked', () => {
    const lines = renderDetails({ ...report, passes: [links] }).split('\n')
    expect(lines[0]).toBe(
      '  50,000 read, 1,893 per second; 298 unchanged; 3 characters removed; 501 API calls, 2 repeated',
    )
    expect(lines).toContain('  120 × closedate: not a date and time')
    expect(lines).toContain('  and 2 other kinds')
    expect(lines).toContain('  companies  2 new links, 1 deleted, 4 calls, 0.2 s')
    expect(lines.at(-1)).toMatch(/^ {2}log: .*\.hubgen\/logs\/x\.txt$/)
  })
})

describe('the table of several runs', () => {
  const bug = new Error('unforeseen')
  const refused = new HubgenError('TABLE_MISSING', 'there is no table')

  it('names every entity: also one that failed with a bug, or did not start', () => {
    const failed = { ...report, outcome: 'failed', inserted: 0, updated: 0 } as const
    const ended = [
      { entity: 'deals', report, failure: null },
      { entity: 'contacts', report: failed, failure: refused },
      { entity: 'calls', report: null, failure: bug },
      { entity: 'tasks', report: null, failure: refused },
      { entity: 'notes', report: null, failure: null },
    ]
    expect(renderTable(ended).split('\n')).toEqual([
      'entity    outcome         new  changed  set aside    time',
      'deals     succeeded    49,000      700        216  26.4 s',
      'contacts  failed                              216  26.4 s',
      'calls     failed',
      'tasks     not started',
      'notes     not started',
    ])
  })
})
