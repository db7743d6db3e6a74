import { expect, test } from 'vitest'
import {
  type ChecklistFacts,
  listChecklist,
} from '../../generator/render/report/production-checklist.ts'
import {
  measuredResults,
  type Results,
  renderResults,
  replaceResults,
} from '../../generator/render/report/results-section.ts'

const at = new Date('2026-11-29T14:02:59Z')

/** Of an entity for which nothing was done yet. */
const nothing: ChecklistFacts = {
  state: 'never synced',
  problems: ['sync deals'],
  tableFits: false,
  isComplete: false,
  incremental: null,
  syncedDays: 0,
  audit: null,
  checks: null,
  hasThresholds: false,
  quarantine: { values: 1, records: 0 },
  drift: null,
}

const done: readonly [point: string, fact: Partial<ChecklistFacts>][] = [
  ['The table has every column', { tableFits: true }],
  ['Every record was read once', { isComplete: true }],
  ['An incremental sync', { incremental: { runs: 1, seconds: 1, calls: 3 } }],
  ['Records were compared', { audit: { at, records: 200, differing: 1, unexplained: [] } }],
  ['A property that matters', { hasThresholds: true }],
  ['No quality check', { checks: { checkedAt: at, passed: 1, failed: 0, unjudged: 3 } }],
  ['The quarantine is empty', { quarantine: { values: 0, records: 0 } }],
  ["HubSpot's properties", { drift: { lookedAt: at, grave: 0, lesser: 2 } }],
  ['A sync succeeded on each', { syncedDays: 3 }],
  ['`npx hubgen status` reports', { problems: [] }],
]

const tickedOf = (facts: ChecklistFacts) =>
  listChecklist('deals', facts).flatMap(({ mark, text }) => (mark === 'x' ? [text] : []))

test.each(done)('a point is ticked by its fact, and by no other: %s', (point, fact) => {
  expect(tickedOf(nothing)).toEqual([])
  expect(tickedOf({ ...nothing, ...fact })).toEqual([expect.stringContaining(point)])
})

test.each<[string, Partial<ChecklistFacts>]>([
  ['a comparison of no record', { audit: { at, records: 0, differing: 0, unexplained: [] } }],
  [
    'an unexplained difference',
    { audit: { at, records: 9, differing: 1, unexplained: [{ subject: 'property_a' }] } },
  ],
  ['a failed check', { checks: { checkedAt: at, passed: 9, failed: 1, unjudged: 0 } }],
  ['drift of a column', { drift: { lookedAt: at, grave: 1, lesser: 0 } }],
  ['two days of syncs', { syncedDays: 2 }],
  ['a whole record in the quarantine', { quarantine: { values: 0, records: 1 } }],
])('%s ticks nothing', (_, fact) => {
  expect(tickedOf({ ...nothing, ...fact })).toEqual([])
})

const results: Results = {
  ...nothing,
  incremental: null,
  at,
  rows: { live: 2_500_000, deleted: 7, estimated: true },
  batchRows: 1_000,
  full: run({ read: 2_500_000, calls: 25_100, seconds: 3_600 }),
  api: { callsToday: 25_100, daily: { permitted: 500_000, remaining: null } },
  audit: { at, records: 200, differing: 2, unexplained: [{ subject: 'a|b`' }] },
  completeness: [
    { column: 'property_a|b`', percent: 12.34, threshold: 95 },
    { column: 'property_c', percent: 99.999, threshold: null },
  ],
  checks: { checkedAt: at, passed: 9, failed: 7, unjudged: 0 },
  failedChecks: ['a', 'b', 'c', 'd', 'e|', 'f', 'g'].map((subject) => ({
    checkName: 'completeness',
    subject,
  })),
  freshness: [],
  runs: [run({ outcome: '<!-- hubgen report: end -->', seconds: null })],
}

function run(facts: Partial<Results['runs'][number]>): Results['runs'][number] {
  const counts = { read: 1, inserted: 0, updated: 0, deleted: 0, calls: 0, seconds: 0.5 }
  return { startedAt: at, mode: 'full', outcome: 'succeeded', ...counts, ...facts }
}

test('figures are rounded and never overstated', () => {
  const text = renderResults('deals', results)
  expect(text).toContain('Measured on 2026-11-29 14:02 UTC.')
  expect(text).toContain('| Rows | about 2,500,000 live, 7 deleted |')
  expect(text).toContain('| 2,500,000 records in 60 min, 694 records/s, on 2026-11-29 14:02 UTC |')
  expect(text).toContain('| 25,100, 99.6 records per call |')
  expect(text).toContain('| 25,100 by hubgen for this entity; the portal has 500,000 per day |')
  expect(text).toContain(
    '| 9 passed, 7 failed, 0 not judged, on 2026-11-29 14:02 UTC; failed: completeness of `a`, ' +
      'completeness of `b`, completeness of `c`, completeness of `d`, completeness of `e\\|`, 2 more |',
  )
  expect(text).toContain(', 2 differed; unexplained in `` a\\|b` `` |')
  expect(text).toContain('| `` property_a\\|b` `` | 12.3 % | 95 % |')
  expect(text).toContain('| `property_c` | >99.9 % | none |')
})

test('a section replaces the one that is there, whatever text it holds', () => {
  const document = `# Deals\n\n${renderResults('deals', null)}\n## Next steps\n`
  expect(measuredResults(document)).toBeNull()
  const section = renderResults('deals', results)
  const measured = replaceResults(document, section) ?? ''
  expect(measured).toBe(`# Deals\n\n${section}\n## Next steps\n`)
  expect(measuredResults(measured)).toBe(section)
  expect(replaceResults(measured, renderResults('deals', null))).toBe(document)
})

test.each(['', '# Deals\n', '<!-- hubgen report: measured -->\n', '<!-- hubgen report: end -->\n'])(
  'a document without both marks has no section: %j',
  (document) => {
    expect(measuredResults(document)).toBeNull()
    expect(replaceResults(document, 'x')).toBeNull()
  },
)
