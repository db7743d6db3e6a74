import { expect, test } from 'vitest'
import { renderRunPage } from '../../dashboard/pages/run.ts'
import { chooseLines, readLogQuery } from '../../dashboard/pages/run-log-query.ts'
import { renderThroughput } from '../../dashboard/pages/throughput.ts'
import { tellStory } from '../../dashboard/run-story.ts'
import type { ListedRun } from '../../runtime/monitoring/list-runs.ts'
import type { Rejection } from '../../runtime/sync/report.ts'

const hostile = '<img src=x onerror=alert(1)>'
const at = new Date('2026-11-25T08:00:05Z')

const counts = { inserted: 0, updated: 0, unchanged: 0, deleted: 0 }
const done = { unit: null, outcome: 'completed', calls: 2, seconds: 3, error: null, ...counts }

const run: ListedRun = {
  ...{ id: '12', entity: 'deals', mode: 'incremental', outcome: 'partial' },
  ...{ startedAt: at, finishedAt: at, seconds: 65, calls: 42, ...counts },
  ...{ read: 1_200, inserted: 12, rejectedValues: 3, rejectedRecords: 0, holder: 'a-host' },
  error:
    'DELETES_BRAKED: look at 7 https://app-eu1.hubspot.com/contacts/1/record/0-3/7 of [hidden]/hubgen',
  fix: 'run `hubgen sync deals --allow-deletes`',
}

const passes = [
  { ...done, pass: 'changes', read: 1_200, inserted: 12 },
  { ...done, pass: 'changed_associations:deal_contact', read: 0, unit: 'links', calls: 0 },
  {
    ...{ ...done, pass: 'deletes', read: 0, outcome: 'failed' },
    error: { code: 'DELETES_BRAKED', message: hostile },
  },
]

const bodies: readonly (readonly [string, Record<string, unknown>])[] = [
  ['run_started', { runId: '12', mode: 'incremental', reason: null, database: '[hidden]/hubgen' }],
  ['pass_started', { pass: 'changes', resumedFrom: null, position: null }],
  ['value_rejected', { recordId: '17', property: hostile, reason: 'several_values' }],
  ['retry', { what: 'answered 502', method: 'GET', path: '/x', delayMs: 500, attempt: 1 }],
  [
    'batch_failed',
    { batch: 1, records: 1, recordIds: ['9'], code: 'BATCH_REFUSED', message: 'no' },
  ],
  ['records_written', { inserted: ['21', '22'], updated: [], deleted: ['23'] }],
  ['of_a_later_version', {}],
  [
    'run_finished',
    {
      report: {
        ...{ ...run, passes, unread: 0 },
        error: { code: 'DELETES_BRAKED', message: 'x' },
        rejections: [{ property: 'amount', reason: 'several_values', count: 3 }],
      },
    },
  ],
]

const lines = bodies.map(([type, body], index) => ({
  runId: '12',
  number: index + 1,
  at,
  type,
  body,
}))

async function render(
  asked: Record<string, string> = {},
  rejections: readonly Rejection[] = tellStory(lines).rejections,
): Promise<string> {
  const query = readLogQuery(asked)
  const place = { portalId: '1', uiDomain: 'app-eu1.hubspot.com', objectType: '0-3' }
  return String(
    await renderRunPage({
      ...{ run, label: 'Deals', hue: 'hue-0', place, query },
      labels: new Map([['amount', 'Deal <b>value</b>']]),
      story: { ...tellStory(lines), rejections },
      log: chooseLines(run.id, lines, query),
      chart: renderThroughput([]),
    }),
  )
}

const logOf = (html: string) =>
  [...html.matchAll(/<li class="(\w+)" data-id="12.(\d+)"/g)].map(([, , number]) => Number(number))

test('a run says in words what it did: a line for each part, and no zeros', async () => {
  const html = await render()
  expect(html).toContain(
    '<span>1,200 read, 12 new, 3 values set aside in 1:05 with 42 calls</span>',
  )
  expect(html).toContain('<strong>changed records</strong>: 1,200 read, 12 new, 2 calls, 3 s')
  expect(html).toContain(
    '<strong>links of changed records in deal_contact</strong>: nothing to do, 3 s',
  )
  expect(html).toContain(
    '<li class="bad"><strong>deleted records</strong>: failed: DELETES_BRAKED: &lt;img',
  )
  expect(html).toMatch(
    /3 × .*Deal &lt;b&gt;value.*<code>amount<\/code><\/a>: several values in a column for one/,
  )
  expect(html).not.toContain('<img')
  expect(html).not.toMatch(/several_values|changed_associations|\[hidden\]/)
})

test('of many kinds of set-aside values, the list counts those that it does not name', async () => {
  const kind = { reason: 'not_a_number', count: 2 } as const
  const rejections = Array.from({ length: 14 }, (_, index) => ({
    ...kind,
    property: `number_${index}`,
  }))
  const html = await render({}, rejections)
  expect(html.match(/warn">2 × /g)).toHaveLength(10)
  expect(html).toContain('8 × others')
})

test('some new and deleted records are links to HubSpot; kinds without a record are left out', async () => {
  const html = await render()
  const link = (id: string) => `https://app-eu1.hubspot.com/contacts/1/record/0-3/${id}"`
  for (const id of ['21', '22', '23']) expect(html).toContain(link(id))
  expect(html).toMatch(/<dt>New<\/dt>.*<dt>Deleted<\/dt>/s)
  expect(html).not.toContain('<dt>Changed</dt>')
})

test('the log shows what needs attention, and on request everything, what is searched, or raw lines', async () => {
  expect(logOf(await render())).toEqual([3, 4, 5, 8])
  expect(logOf(await render({ level: 'bad' }))).toEqual([5, 8])
  expect(logOf(await render({ level: 'all' }))).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(logOf(await render({ level: 'all', search: 'SET aside 17' }))).toEqual([3])
  expect(logOf(await render({ level: 'all', search: 'nothing like it' }))).toEqual([])
  const raw = await render({ form: 'raw', level: 'all' })
  expect(raw).toContain('rejected (several_values)')
  expect(await render({ level: '"><script>', after: '-1' })).not.toContain('<script')
})

test('the report to copy has no host, no link and nothing that was hidden', async () => {
  const html = await render()
  const report = /<pre id="report">(.*)<\/pre>/s.exec(html)?.[1] ?? ''
  expect(report).toMatch(
    /^hubgen run 12 of deals: incomplete\nwhat changed, began 2026-11-25 08:00:05 UTC, 1:05, 42 calls\n/,
  )
  expect(report).toContain('error: DELETES_BRAKED: look at 7 (link) of hubgen')
  expect(report).toContain('  3 × amount: several values in a column for one')
  expect(report).not.toMatch(/hubspot\.com|a-host|hidden/)
})

test('a run that is under way says which part it reads', () => {
  const story = tellStory(lines.slice(0, 2))
  expect(story).toMatchObject({ openPass: 'changes', passes: [] })
  const odd = { runId: '12', number: 1, at, type: 'run_finished', body: { report: 3 } }
  expect(tellStory([odd])).toMatchObject({ passes: [], openPass: null })
})
